/** Findings, a ledger entry and directives for tests: each as it is on a calm day, to be changed in a line. */
import type { Directive, LedgerEntry } from '../../desired-state/store.ts';
import { UNKNOWN_PAST, type Finding, type FindingClass, type Risk } from '../../reconciler/model.ts';
import { plan, type Decided, type PlanInput } from '../../reconciler/plan.ts';
import { NO_ORDERS } from '../../reconciler/policy/orders.ts';
import { AT } from './have.ts';

export const CLASSES: readonly FindingClass[] = [
  'missing',
  'changed',
  'extra',
  'unhealthy',
  'unreadable',
  'pending',
  'exception',
];
export const RISKS: readonly Risk[] = ['in-place', 'replace', 'one-way', 'stateful', 'none'];

export const finding = (change: Partial<Finding> = {}): Finding => ({
  tenant: 'acme',
  class: 'missing',
  plane: 'gcp',
  resource: 'nat/acme-nat',
  kind: 'nat',
  field: null,
  want: 'present',
  have: 'absent',
  from: 'spec.network.nat',
  risk: 'in-place',
  ...UNKNOWN_PAST,
  message: 'it is not there',
  since: AT,
  source: 'compute',
  at: AT,
  ...change,
});

export const ledger = (change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  name: 'acme',
  status: 'DEPLOYED',
  fence: null,
  requestId: null,
  owner: null,
  namespace: 'acme-app',
  tfStateUri: null,
  tfVarsSnapshot: null,
  cluster: 'acme',
  region: 'us-central1',
  buildId: null,
  kubeconfigRef: null,
  workerPool: null,
  serviceEndpoint: 'http://10.10.0.5:80',
  imageDigest: `sha256:${'a'.repeat(64)}`,
  outputs: null,
  appliedGeneration: 1,
  health: { healthy: true, code: 200, url: 'http://10.10.0.5:80/health', reason: 'ok', checkedAt: AT },
  deepCheck: null,
  deepCheckIntent: null,
  deepCheckAskedAt: null,
  lastError: null,
  updatedAt: AT,
  ...change,
});

/** The plan for acme at `AT`, applied once and at rest. */
export const planOf = (change: Partial<PlanInput> = {}): Decided =>
  plan({
    tenant: 'acme',
    generation: 1,
    labels: {},
    maintenance: null,
    findings: [],
    ledger: ledger(),
    active: undefined,
    failures: 0,
    leaving: false,
    rules: [],
    orders: NO_ORDERS,
    now: AT,
    ...change,
  });

export const HOUR = 60 * 60_000;

/** So long after `AT`. */
export const later = (ms: number): string => new Date(Date.parse(AT) + ms).toISOString();

/** In force from `AT` for a day. */
export const directive = (change: Partial<Directive> & Pick<Directive, 'kind'>): Directive => ({
  name: 'acme',
  id: `${change.kind}-1`,
  actor: 'ann@example.com',
  reason: 'because',
  detail: {},
  uses: 0,
  createdAt: AT,
  expiresAt: later(24 * HOUR),
  endedAt: null,
  endedBy: null,
  ...change,
});
