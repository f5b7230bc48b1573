/** The horizontal autoscaler: owns the Deployment's replica count within the record's bounds. */
import type { Tenant } from '../desired-state/tenant.ts';
import { labelsOf } from './labels.ts';

export function autoscalerOf(tenant: Tenant) {
  const { workload } = tenant.spec;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: workload.name, namespace: workload.namespace, labels: labelsOf(tenant) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: workload.name },
      minReplicas: workload.autoscaling.min,
      maxReplicas: workload.autoscaling.max,
      metrics: [
        {
          type: 'Resource',
          resource: {
            name: 'cpu',
            target: { type: 'Utilization', averageUtilization: workload.autoscaling.cpuUtilization },
          },
        },
      ],
    },
  };
}
