/** The tenant's namespace: applied before anything that lives in it. */
import type { Tenant } from '../desired-state/tenant.ts';
import { labelsOf } from './labels.ts';

export const namespaceOf = (tenant: Tenant) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: tenant.spec.workload.namespace, labels: labelsOf(tenant) },
});
