/**
 * The faults of the demo. What a person or a script would do behind Plumbline's back is done as they would do it:
 * through the public APIs and with kubectl. Only illness itself is ordered through the control route.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { ensureCluster } from '../reconciler/local/control.ts';
import type { LocalInfo } from '../reconciler/local/info.ts';
import { kubeconfigOf } from '../reconciler/local/kubeconfig.ts';

export interface FaultContext {
  readonly info: LocalInfo;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly kubectl: string;
  /** Folder for the kubeconfig a person would have. */
  readonly folder: string;
}

const REGION = 'us-central1';

/** Somebody tidies up: what `gcloud compute routers nats delete` sends. */
export const deleteNat = ({ endpoints }: FaultContext, tenant: string, project: string): Promise<void> =>
  call(
    'PATCH',
    `${at(endpoints, 'compute')}/compute/v1/projects/${project}/regions/${REGION}/routers/${tenant}-router`,
    { nats: [] },
  );

/** Somebody needs more room: what `gcloud container node-pools update --max-nodes` sends. */
export const raisePool = (
  { endpoints }: FaultContext,
  pool: { tenant: string; project: string; name: string; min: number; max: number },
): Promise<void> =>
  call(
    'POST',
    `${at(endpoints, 'container')}/v1/projects/${pool.project}/locations/${REGION}/clusters/${pool.tenant}/nodePools/${pool.name}:setAutoscaling`,
    { autoscaling: { enabled: true, minNodeCount: pool.min, maxNodeCount: pool.max } },
  );

/** Somebody debugs in production: one variable more, another image. */
export async function editWorkload(
  { kubectl, folder, info }: FaultContext,
  tenant: { cluster: string; namespace: string },
): Promise<void> {
  const file = join(folder, 'a-person.kubeconfig');
  writeFileSync(file, kubeconfigOf(await ensureCluster(info, tenant.cluster)), { mode: 0o600 });
  const container = {
    name: 'web',
    image: 'docker.io/library/nginx:1.29',
    env: [{ name: 'DEBUG', value: '1' }],
  };
  const patch = JSON.stringify({ spec: { template: { spec: { containers: [container] } } } });
  await execa(
    kubectl,
    [
      '--kubeconfig',
      file,
      '-n',
      tenant.namespace,
      'patch',
      'deployment',
      'web',
      '--type=strategic',
      '-p',
      patch,
    ],
    { timeout: 30_000, env: { HOME: folder } },
  );
}

/** A workload falls ill: its load balancer answers 500. */
export const makeEndpointIll = ({ endpoints }: FaultContext, project: string): Promise<void> =>
  call('POST', `${at(endpoints, 'control')}/faults`, {
    id: 'ill-endpoint',
    service: 'endpoint',
    contains: project,
    status: 500,
    message: 'the workload fails',
  });

/** A right is lost: the tenant's cluster refuses to list Deployments. */
export const denyDeployments = ({ endpoints }: FaultContext, project: string): Promise<void> =>
  call('POST', `${at(endpoints, 'control')}/faults`, {
    id: 'denied-deployments',
    service: 'kubernetes',
    method: 'apps.deployments.list',
    contains: project,
    status: 403,
    message: 'deployments.apps is forbidden: User cannot list resource "deployments"',
  });

function at(endpoints: Readonly<Record<string, string>>, service: string): string {
  const url = endpoints[service];
  if (url === undefined) throw new Error(`the local cloud has no ${service}`);
  return url;
}

async function call(method: string, url: string, body: object): Promise<void> {
  await ask(method, url, body);
}

/** A person's own call: their token is not one of Plumbline's. */
async function ask(method: string, url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', authorization: 'Bearer a-person' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: HTTP ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as unknown;
}
