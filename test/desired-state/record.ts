/** The smallest right record, and ways to spoil it. */
import type { WrittenTenant } from '../../desired-state/tenant.ts';
import type { Json } from '../../reconciler/model.ts';

const WRITTEN: WrittenTenant = {
  apiVersion: 'plumbline.dev/v1alpha1',
  kind: 'Tenant',
  metadata: { name: 'acme' },
  spec: {
    owner: 'platform@acme.example',
    project: 'acme-prod-1',
    region: 'us-central1',
    network: { subnet: { range: '10.10.0.0/20', pods: '10.74.0.0/16', services: '10.10.32.0/20' } },
    cluster: {
      controlPlaneRange: '172.16.10.0/28',
      nodePools: [{ name: 'cpu', machineType: 'e2-standard-4', min: 1, max: 3 }],
    },
    workload: {
      namespace: 'acme-app',
      name: 'web',
      source: { repository: 'https://source.example.com/hello.git' },
    },
  },
};

export type Loose = Record<string, Json>;

export const aRecord = (): Loose => structuredClone(WRITTEN) as unknown as Loose;

/** The record with a value at a dotted path (`spec.cluster.nodePools.0.min`); `undefined` removes the key. */
export function withValue(record: Loose, path: string, value: unknown): Loose {
  const copy = structuredClone(record);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let here = copy as Record<string, unknown>;
  for (const step of steps) {
    here[step] ??= {};
    here = here[step] as Record<string, unknown>;
  }
  if (value === undefined) Reflect.deleteProperty(here, last);
  else here[last] = value;
  return copy;
}
