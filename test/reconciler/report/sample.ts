/** One report that shows every class, plane and kind of next step; the renderers' golden files are made from it. */
import { NO_FLEET } from '../../../reconciler/fleet-model.ts';
import {
  REPORT_FORMAT,
  UNKNOWN_PAST,
  type Finding,
  type RunReport,
  type TenantReport,
} from '../../../reconciler/model.ts';

const AT = '2026-03-01T10:00:05Z';

export const finding = (part: Partial<Finding> & Pick<Finding, 'class' | 'resource'>): Finding => ({
  tenant: 'acme',
  plane: 'gcp',
  kind: part.resource.split('/')[0] ?? '',
  field: null,
  want: null,
  have: null,
  from: null,
  risk: 'in-place',
  message: 'because it is so',
  source: 'compute routers.get',
  at: AT,
  since: AT,
  ...UNKNOWN_PAST,
  ...part,
});

export const tenant = (
  part: Partial<TenantReport> & Pick<TenantReport, 'name' | 'verdict'>,
): TenantReport => ({
  labels: {},
  status: 'DEPLOYED',
  generation: 1,
  appliedGeneration: 1,
  findings: [],
  actions: [],
  held: [],
  error: null,
  health: {
    healthy: true,
    code: 200,
    url: 'http://10.10.0.5/health',
    reason: 'answered 200',
    checkedAt: '2026-03-01T09:58:00Z',
  },
  resources: 14,
  paused: null,
  breakGlass: null,
  coverage: null,
  staleSince: null,
  planHash: null,
  ...part,
});

const acme = tenant({
  name: 'acme',
  coverage: {
    declared: 14,
    platform: 31,
    unexplained: [
      {
        name: 'compute.googleapis.com/projects/acme-prod-1/zones/us-central1-a/instances/rogue',
        assetType: 'compute.googleapis.com/Instance',
      },
    ],
    more: 2,
  },
  verdict: 'drift',
  planHash: '0123456789abcdef',
  breakGlass: {
    by: 'ann@example.com',
    reason: 'the NAT is gone and the window is closed',
    since: '2026-03-01T09:59:00Z',
    until: '2026-03-01T11:59:00Z',
  },
  labels: { tier: 'gold' },
  findings: [
    finding({
      class: 'missing',
      resource: 'nat/acme-nat',
      from: 'spec.network.nat',
      message: 'The record wants Cloud NAT, and the router has no NAT of this name.',
      attribution: {
        found: true,
        who: 'alice@example.com',
        when: '2026-03-01T09:41:12.5Z',
        how: 'v1.compute.routers.patch with gcloud compute routers nats delete',
        from: 'audit-log',
        confidence: 'high',
        ownRun: null,
      },
    }),
    finding({
      class: 'changed',
      resource: 'node-pool/gpu',
      field: 'autoscaling.maxNodeCount',
      want: 4,
      have: 8,
      from: 'spec.cluster.nodePools[gpu].max',
      message: 'Somebody raised the limit after it was applied.',
      source: 'container nodePools.get',
      since: '2026-02-28T22:00:00Z',
      attribution: {
        found: false,
        reason: 'the audit log of acme-prod-1 could not be read: HTTP 403',
        again: true,
      },
    }),
    finding({
      class: 'extra',
      plane: 'cluster',
      resource: 'deployment/hello',
      field: 'containers[hello].env[LOG_LEVEL]',
      have: 'debug',
      message: 'The container has an environment variable the record does not name; kubectl-edit owns it.',
      source: 'apps/v1 deployments list',
    }),
    finding({
      class: 'unhealthy',
      plane: 'endpoint',
      resource: 'endpoint/hello',
      field: 'status',
      want: 200,
      have: 500,
      from: 'spec.workload.health.path',
      risk: 'none',
      message: 'The load balancer answered 500.',
      source: 'health check',
    }),
  ],
  actions: [
    {
      tenant: 'acme',
      flow: 'provision',
      because: ['missing:nat/acme-nat'],
      summary: 'Create the NAT again.',
      execution: 'projects/1/locations/us-central1/workflows/provision-1f2e/executions/7c9a',
    },
  ],
  held: [
    {
      tenant: 'acme',
      flow: 'provision',
      because: ['changed:node-pool/gpu:autoscaling.maxNodeCount'],
      reason: 'approval',
      message: 'Changing a live node pool needs an approval; run `plumb approve acme` or edit the record.',
      next: null,
    },
    {
      tenant: 'acme',
      flow: null,
      because: ['extra:deployment/hello:containers[hello].env[LOG_LEVEL]'],
      reason: 'report-only',
      message: 'Extra fields are reported only; take them into the record or remove them.',
      next: null,
    },
  ],
});

const beta = tenant({
  name: 'beta',
  verdict: 'unreadable',
  generation: 3,
  appliedGeneration: 2,
  findings: [
    finding({
      tenant: 'beta',
      class: 'unreadable',
      resource: 'registry/beta',
      from: 'spec.project',
      risk: 'none',
      message: 'Artifact Registry answered 403: permission artifactregistry.repositories.get denied.',
      source: 'artifactregistry repositories.get',
    }),
    finding({
      tenant: 'beta',
      class: 'pending',
      resource: 'subnet/beta-nodes',
      field: 'privateIpGoogleAccess',
      want: true,
      have: false,
      from: 'spec.network.subnet',
      message: 'Generation 3 of the record wants it; generation 2 was applied.',
      source: 'compute subnetworks.get',
    }),
  ],
  held: [
    {
      tenant: 'beta',
      flow: 'provision',
      because: ['pending:subnet/beta-nodes:privateIpGoogleAccess'],
      reason: 'unreadable',
      message:
        'Nothing is changed while a part cannot be read; restore the permission and run the pass again.',
      next: null,
    },
  ],
});

const broken = tenant({
  name: 'delta',
  verdict: 'invalid',
  status: null,
  appliedGeneration: null,
  error: 'spec.regoin: unknown key, did you mean "region"?',
  health: null,
  resources: 0,
});

const paused = tenant({
  name: 'zeta',
  verdict: 'paused',
  findings: [
    finding({
      tenant: 'zeta',
      class: 'changed',
      resource: 'subnet/zeta-nodes',
      field: 'privateIpGoogleAccess',
      want: true,
      have: false,
      message: 'It was changed behind the record.',
      source: 'compute subnetworks.get',
      since: '2026-02-27T12:00:00Z',
    }),
    finding({
      tenant: 'zeta',
      class: 'changed',
      resource: 'node-pool/cpu',
      field: 'autoscaling.maxNodeCount',
      want: 3,
      have: 5,
      message: 'It was changed behind the record.',
      source: 'container nodePools.get',
      since: '2026-02-27T12:00:00Z',
      excepted: 'exception-1a2b3c4d',
    }),
  ],
  held: [
    {
      tenant: 'zeta',
      flow: 'provision',
      because: ['changed:subnet/zeta-nodes:privateIpGoogleAccess'],
      reason: 'paused',
      message: 'zeta is paused by ops@example.com until 2026-04-01T00:00:00Z: moving offices.',
      next: '2026-04-01T00:00:00Z',
    },
  ],
  paused: {
    by: 'ops@example.com',
    reason: 'moving offices',
    since: '2026-02-26T09:00:00Z',
    until: '2026-04-01T00:00:00Z',
  },
  breakGlass: null,
});

export const SAMPLE: RunReport = {
  format: REPORT_FORMAT,
  run: {
    id: 'run-20260301-100000',
    startedAt: '2026-03-01T10:00:00Z',
    finishedAt: '2026-03-01T10:00:09Z',
    mode: 'act',
    shard: { index: 0, count: 1 },
  },
  summary: {
    tenants: 5,
    verdicts: { 'in-sync': 1, drift: 1, unreadable: 1, invalid: 1, paused: 1 },
    findings: { missing: 1, changed: 3, extra: 1, unhealthy: 1, unreadable: 1, pending: 1 },
    launched: 1,
    held: 4,
    oldestObservation: '2026-03-01T09:58:00Z',
    excepted: 1,
    calls: {},
  },
  breaker: null,
  fleet: NO_FLEET,
  tenants: [acme, beta, broken, tenant({ name: 'gamma', verdict: 'in-sync' }), paused],
};

export const IN_SYNC: RunReport = {
  ...SAMPLE,
  summary: {
    tenants: 2,
    verdicts: { 'in-sync': 2 },
    findings: {},
    launched: 0,
    held: 0,
    oldestObservation: AT,
    excepted: 0,
    calls: {},
  },
  breaker: null,
  fleet: NO_FLEET,
  tenants: [tenant({ name: 'gamma', verdict: 'in-sync' }), tenant({ name: 'omega', verdict: 'in-sync' })],
};
