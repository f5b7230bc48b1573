/** From a record to what must be there: every want of one tenant, over all planes. Pure. */
import type { Tenant } from '../desired-state/tenant.ts';
import { imageOf } from './names.ts';
import type { Want } from './model.ts';
import { CLUSTER_KINDS, GCP_KINDS } from './resources/index.ts';

export const ENDPOINT_KIND = 'endpoint';

/**
 * All wants of a tenant in resource order. `digest` (`sha256:…`) is the image the ledger says is deployed; null before
 * the first build, and then no image is wanted by name.
 */
export function expect(tenant: Tenant, digest: string | null): Want[] {
  const image = digest === null ? null : `${imageOf(tenant)}@${digest}`;
  return [
    ...GCP_KINDS.flatMap((kind) => kind.wants(tenant)),
    ...CLUSTER_KINDS.flatMap((kind) => kind.wants(tenant, image)),
    endpointOf(tenant),
  ];
}

/** The third plane: the internal load balancer must answer well. */
const endpointOf = (tenant: Tenant): Want => ({
  id: `endpoint/${tenant.spec.workload.name}`,
  kind: ENDPOINT_KIND,
  plane: 'endpoint',
  name: tenant.spec.workload.health.path,
  from: 'spec.workload.health',
  fields: { healthy: { want: true, from: 'spec.workload.health.path' } },
});
