/** The workload's horizontal autoscaler. */
import { autoscalerOf } from '../../manifests/autoscaler.ts';
import { clusterKind } from './kind.ts';
import { labels, SERVER_METADATA } from './kubernetes.ts';
import { list, number, text, unset } from './schema/declare.ts';

/** What the API server puts where no metric is named. */
const CPU_BY_DEFAULT = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

export const autoscaler = clusterKind({
  kind: 'autoscaler',
  order: 140,
  resource: { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers' },
  namespaced: true,
  restlessStatus: true,
  from: 'spec.workload.autoscaling',
  manifest: autoscalerOf,
  schema: {
    'metadata.labels': labels,
    'scaleTargetRef.kind': text({ at: 'spec.scaleTargetRef.kind' }),
    'scaleTargetRef.name': text({ at: 'spec.scaleTargetRef.name' }),
    minReplicas: number({ at: 'spec.minReplicas', absent: 1, from: 'spec.workload.autoscaling.min' }),
    maxReplicas: number({ at: 'spec.maxReplicas', from: 'spec.workload.autoscaling.max' }),
    metrics: list({
      at: 'spec.metrics',
      by: [
        {
          firstOf: [
            'resource.name',
            'containerResource.name',
            'pods.metric.name',
            'object.metric.name',
            'external.metric.name',
            'type',
          ],
        },
      ],
      whole: true,
      absent: [CPU_BY_DEFAULT],
      each: {
        averageUtilization: number({
          at: 'resource.target.averageUtilization',
          from: 'spec.workload.autoscaling.cpuUtilization',
        }),
      },
    }),
    behavior: unset({ at: 'spec.behavior' }),
  },
  foreign: { ...SERVER_METADATA, 'metadata.annotations': 'server', status: 'server' },
});
