/**
 * The workload. No `replicas`: the autoscaler owns that number, and sending it would fight the autoscaler. No image
 * either when none is built yet; the deploy step fills in the digest it was given.
 */
import type { Tenant } from '../desired-state/tenant.ts';
import { labelsOf, selectorOf } from './labels.ts';

/** `image` is a full reference with digest, or null before the first build. */
export function deploymentOf(tenant: Tenant, image: string | null) {
  const { workload } = tenant.spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workload.name, namespace: workload.namespace, labels: labelsOf(tenant) },
    spec: {
      selector: { matchLabels: selectorOf(tenant) },
      template: {
        metadata: { labels: labelsOf(tenant) },
        spec: {
          containers: [
            {
              name: workload.name,
              ...(image !== null && { image }),
              ports: [{ name: 'http', containerPort: workload.port, protocol: 'TCP' }],
              env: workload.env.map(({ name, value }) => ({ name, value })),
              resources: { requests: { cpu: workload.resources.cpu, memory: workload.resources.memory } },
              readinessProbe: { httpGet: { path: workload.health.path, port: 'http' } },
            },
          ],
        },
      },
    },
  };
}
