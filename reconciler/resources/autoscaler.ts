/** The workload's horizontal autoscaler. */
import { autoscalerOf } from '../../manifests/autoscaler.ts';
import { clusterKind } from './kind.ts';
import { labels, SERVER_METADATA } from './kubernetes.ts';
import { list, number, text, under, unsent, value } from './schema/declare.ts';

/** What the API server puts where no metric is named. */
const CPU_BY_DEFAULT = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
};

/** Each type of metric keeps its name in another place. */
const METRIC_NAMES = [
  'resource.name',
  'containerResource.name',
  'pods.metric.name',
  'object.metric.name',
  'external.metric.name',
  'type',
];

export const autoscaler = clusterKind({
  kind: 'autoscaler',
  order: 140,
  resource: { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers' },
  namespaced: true,
  from: 'spec.workload.autoscaling',
  manifest: autoscalerOf,
  schema: {
    'metadata.labels': labels,
    ...under('spec', {
      'scaleTargetRef.kind': text(),
      'scaleTargetRef.name': text(),
      minReplicas: number({ absent: 1, from: 'spec.workload.autoscaling.min' }),
      maxReplicas: number({ from: 'spec.workload.autoscaling.max' }),
      metrics: list({
        by: [{ firstOf: METRIC_NAMES }],
        whole: true,
        absent: [CPU_BY_DEFAULT],
        each: {
          averageUtilization: number({
            at: 'resource.target.averageUtilization',
            from: 'spec.workload.autoscaling.cpuUtilization',
          }),
        },
      }),
      behavior: unsent(value()),
    }),
  },
  foreign: { ...SERVER_METADATA, 'metadata.annotations': 'server', status: 'server' },
});
