/**
 * Reports of fleets of any size, the same every time. One tenant in three has something: a NAT that a script deleted
 * for all of them, a limit that differs from tenant to tenant, records that are newer, clusters nobody can read.
 */
import { NO_FLEET } from '../../../reconciler/fleet-model.ts';
import {
  findingKey,
  type Finding,
  type Held,
  type RunReport,
  type TenantReport,
} from '../../../reconciler/model.ts';
import { IN_SYNC, SAMPLE, finding, tenant } from './sample.ts';

const name = (index: number): string => `tenant-${String(index).padStart(5, '0')}`;

/** What is wrong with a tenant, by its number; most have nothing. */
function findingsOf(index: number): Finding[] {
  const own = name(index);
  const of = (part: Parameters<typeof finding>[0]) => finding({ ...part, tenant: own });
  const nat = of({
    class: 'missing',
    resource: `nat/${own}-nat`,
    from: 'spec.network.nat',
    message: 'it is not there',
    source: 'compute',
    since: '2026-02-28T22:00:00Z',
    attribution: {
      found: true,
      who: 'cleanup@example.com',
      when: '2026-02-28T21:55:00Z',
      how: 'v1.compute.routers.patch',
      from: 'audit-log',
      confidence: 'high',
      ownRun: null,
    },
  });
  const pool = of({
    class: 'changed',
    resource: 'node-pool/gpu',
    field: 'autoscaling.maxNodeCount',
    want: 2,
    have: 3 + index,
    from: 'spec.cluster.nodePools[gpu].max',
    message: 'it was changed behind the record',
    source: 'container',
    risk: 'replace',
  });
  const secret = of({
    class: 'extra',
    plane: 'cluster',
    resource: 'deployment/web',
    field: 'containers[web].env[DB_PASSWORD]',
    have: `hunter2-${index}`,
    message: 'somebody added it where the record owns the whole',
    source: 'kubernetes deployments',
  });
  const newer = of({
    class: 'pending',
    plane: 'cluster',
    resource: 'deployment/web',
    field: 'replicas',
    want: 3,
    have: 2,
    from: 'spec.workload.replicas',
    message: 'the record is newer',
    source: 'kubernetes deployments',
  });
  const unreadable = of({
    class: 'unreadable',
    plane: 'cluster',
    resource: 'deployment/web',
    risk: 'none',
    message: `could not be read: GET https://10.0.${index % 250}.1/apis/apps/v1/deployments: HTTP 403`,
    source: 'kubernetes deployments',
  });
  switch (index % 12) {
    case 1:
      return [nat, pool];
    case 4:
      return [nat, secret];
    case 7:
      return [newer];
    case 10:
      return [unreadable];
    default:
      return [];
  }
}

function tenantOf(index: number): TenantReport {
  const findings = findingsOf(index);
  const own = name(index);
  const because = findings.map(findingKey);
  const isRead = findings[0]?.class !== 'unreadable';
  const held = because.slice(isRead ? 1 : 0).map((key): Held => ({
    tenant: own,
    flow: 'provision',
    because: [key],
    ...(isRead
      ? { reason: 'approval', message: 'replacing a node pool needs an approval' }
      : { reason: 'unreadable', message: 'what could not be read is neither right nor wrong' }),
    next: null,
  }));
  return tenant({
    name: own,
    labels: { tier: index % 2 === 0 ? 'gold' : 'silver' },
    verdict: findings[0] === undefined ? 'in-sync' : VERDICT_OF[findings[0].class],
    findings,
    held,
    planHash: held.some(({ reason }) => reason === 'approval') ? String(index).padStart(16, '0') : null,
    actions: because.slice(0, isRead ? 1 : 0).map((key) => ({
      tenant: own,
      flow: 'provision',
      because: [key],
      summary: 'provision because of 1 finding',
      execution: `projects/1/locations/us-central1/workflows/plumb-provision-1f2e/executions/${index}`,
    })),
  });
}

const VERDICT_OF = {
  missing: 'drift',
  changed: 'drift',
  extra: 'drift',
  pending: 'pending',
  unreadable: 'unreadable',
  unhealthy: 'unhealthy',
  exception: 'in-sync',
} as const;

const tally = <Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> => {
  const counts: Partial<Record<Name, number>> = {};
  for (const each of names) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
};

/** Of so many tenants. */
export function FLEET(size: number): RunReport {
  const tenants = Array.from({ length: size }, (_, index) => tenantOf(index));
  return {
    ...SAMPLE,
    summary: {
      ...IN_SYNC.summary,
      tenants: size,
      verdicts: tally(tenants.map(({ verdict }) => verdict)),
      findings: tally(tenants.flatMap(({ findings }) => findings.map((each) => each.class))),
      launched: tenants.filter(({ actions }) => actions.length > 0).length,
      held: tenants.flatMap(({ held }) => held).length,
    },
    fleet: { ...NO_FLEET, census: { ...NO_FLEET.census, complete: true, records: size } },
    tenants,
  };
}

/** Earlier passes over the same fleet, newest first, an hour apart, each with a little less wrong than the next. */
export const historyOf = (report: RunReport, runs: number): RunReport[] =>
  Array.from({ length: runs }, (_, back) => {
    const at = (time: string) =>
      new Date(Date.parse(time) - (back + 1) * 3_600_000).toISOString().replace('.000Z', 'Z');
    const shrink = (count: number | undefined) =>
      Math.max(0, Math.round((count ?? 0) * (1 - (back + 1) / runs)));
    const { missing, changed, extra } = report.summary.findings;
    return {
      ...report,
      run: {
        ...report.run,
        id: `run-before-${back + 1}`,
        startedAt: at(report.run.startedAt),
        finishedAt: at(report.run.finishedAt),
      },
      summary: {
        ...report.summary,
        findings: {
          ...report.summary.findings,
          missing: shrink(missing),
          changed: shrink(changed),
          extra: shrink(extra),
        },
      },
    };
  });
