/** Labels every object of ours carries in a tenant's cluster. */
import type { Tenant } from '../desired-state/tenant.ts';

export const labelsOf = (tenant: Tenant): Record<string, string> => ({
  'app.kubernetes.io/name': tenant.spec.workload.name,
  'app.kubernetes.io/managed-by': 'plumbline',
  'plumbline.dev/tenant': tenant.metadata.name,
});

/** What pods are selected by; immutable once deployed, so it holds nothing that may change. */
export const selectorOf = (tenant: Tenant): Record<string, string> => ({
  'app.kubernetes.io/name': tenant.spec.workload.name,
});
