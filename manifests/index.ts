/** Everything deployed into a tenant's cluster, in the order it is applied. */
import type { Tenant } from '../desired-state/tenant.ts';
import type { Json } from '../reconciler/model.ts';
import { autoscalerOf } from './autoscaler.ts';
import { deploymentOf } from './deployment.ts';
import { namespaceOf } from './namespace.ts';
import { serviceOf } from './service.ts';

/** `image`: full reference with digest, or null to leave it to the deploy step. */
export const manifestsOf = (tenant: Tenant, image: string | null): readonly Json[] => [
  namespaceOf(tenant),
  deploymentOf(tenant, image),
  serviceOf(tenant),
  autoscalerOf(tenant),
];
