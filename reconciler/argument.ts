/** What an execution is told about its tenant: record, ledger and platform joined into the workflow's argument. Pure. */
import type { Tenant } from '../desired-state/tenant.ts';
import type { LedgerEntry } from '../desired-state/store.ts';
import { manifestsOf } from '../manifests/index.ts';
import { SERVICE_PORT } from '../manifests/service.ts';
import type { ExecutionArgument } from '../workflow-defs/argument.ts';
import { textAt } from './json.ts';
import type { Flow, Import, Json, Platform } from './model.ts';
import { imageOf, namesOf, statePrefix } from './names.ts';
import { tfvarsOf } from './tfvars.ts';

export interface ArgumentInput {
  readonly tenant: Tenant;
  /** The record last applied in full, to know whether the source to build from has changed. */
  readonly applied: Tenant | null;
  readonly ledger: LedgerEntry | undefined;
  readonly platform: Platform;
  readonly flow: Flow;
  readonly intent: string;
  readonly generation: number;
  readonly requester: string;
  /** Terraform addresses that it may delete or replace; left out: none. */
  readonly mayDestroy?: readonly string[];
  /** What a provision takes over into Terraform's state first; left out: nothing. */
  readonly imports?: readonly Import[];
}

const ROLLOUT_TIMEOUT_SECONDS = 600;

const FROM_SNAPSHOT: ReadonlySet<Flow> = new Set<Flow>(['decommission', 'deep-check']);

export function argumentOf(input: ArgumentInput): ExecutionArgument {
  const { tenant, ledger, platform, flow } = input;
  const { name } = tenant.metadata;
  const { project, region, workload } = tenant.spec;
  const names = namesOf(tenant);
  return {
    tenant: name,
    generation: input.generation,
    intent: input.intent,
    flow,
    requester: input.requester,
    project,
    region,
    namespace: workload.namespace,
    terraform: {
      vars: FROM_SNAPSHOT.has(flow) ? snapshotOf(ledger, tenant) : tfvarsOf(tenant),
      statePrefix: statePrefix(name),
      allowDestroy: flow === 'decommission',
      mayDestroy: input.mayDestroy ?? [],
      imports: input.imports ?? [],
    },
    pool: {
      name: `projects/${project}/locations/${region}/workerPools/${names.workerPool}`,
      identity: names.deployIdentity,
    },
    image: {
      reference: imageOf(tenant),
      source: { ...workload.source },
      build: mustBuild(input),
      digest: ledger?.imageDigest ?? null,
    },
    deploy: {
      manifests: manifestsOf(tenant, null),
      deployment: workload.name,
      container: workload.name,
      service: workload.name,
      port: SERVICE_PORT,
      endpoint: textAt(ledger?.outputs, 'cluster_endpoint'),
      kubeconfigRef: `gs://${platform.stateBucket}/${statePrefix(name)}/kubeconfig.json`,
      timeoutSeconds: ROLLOUT_TIMEOUT_SECONDS,
    },
    health: {
      path: workload.health.path,
      url: ledger?.serviceEndpoint ?? null,
      ...patience(flow),
    },
  };
}

/** After a deployment the load balancer needs a moment; a mere look does not. */
const patience = (flow: Flow) =>
  flow === 'health-check' ? { attempts: 3, intervalSeconds: 1 } : { attempts: 10, intervalSeconds: 2 };

/** A rebuild always builds; a provision only what was never built or is now built from elsewhere. */
function mustBuild({ flow, tenant, applied, ledger }: ArgumentInput): boolean {
  if (flow === 'rebuild') return true;
  if (flow !== 'provision') return false;
  if (ledger?.imageDigest == null || applied === null) return true;
  return JSON.stringify(applied.spec.workload.source) !== JSON.stringify(tenant.spec.workload.source);
}

/** What Terraform last ran with is what it must destroy or look at, however the record reads by now. */
function snapshotOf(ledger: LedgerEntry | undefined, tenant: Tenant): Json {
  const snapshot = ledger?.tfVarsSnapshot;
  return snapshot == null ? tfvarsOf(tenant) : (JSON.parse(snapshot) as Json);
}
