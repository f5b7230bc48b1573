/** The internal load balancer in front of the workload: reachable inside the tenant's VPC only. */
import type { Tenant } from '../desired-state/tenant.ts';
import { labelsOf, selectorOf } from './labels.ts';

/** Port the load balancer answers on. */
export const SERVICE_PORT = 80;

export const INTERNAL_ANNOTATION = 'networking.gke.io/load-balancer-type';

export function serviceOf(tenant: Tenant) {
  const { workload } = tenant.spec;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: workload.name,
      namespace: workload.namespace,
      labels: labelsOf(tenant),
      annotations: { [INTERNAL_ANNOTATION]: 'Internal' },
    },
    spec: {
      type: 'LoadBalancer',
      selector: selectorOf(tenant),
      ports: [{ name: 'http', port: SERVICE_PORT, targetPort: 'http', protocol: 'TCP' }],
    },
  };
}
