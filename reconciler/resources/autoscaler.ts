/** The workload's horizontal autoscaler. */
import { autoscalerOf } from '../../manifests/autoscaler.ts';
import type { Fields, Json } from '../model.ts';
import { listAt, numberAt, textAt } from '../json.ts';
import { labelFields, wantOf } from './kubernetes.ts';
import { riskOf, type ClusterKind } from './kind.ts';

const ORIGINS: Readonly<Record<string, string>> = {
  minReplicas: 'spec.workload.autoscaling.min',
  maxReplicas: 'spec.workload.autoscaling.max',
  'metrics[cpu].averageUtilization': 'spec.workload.autoscaling.cpuUtilization',
};

export const autoscaler: ClusterKind = {
  kind: 'autoscaler',
  plane: 'cluster',
  order: 140,
  resource: { group: 'autoscaling', version: 'v2', plural: 'horizontalpodautoscalers' },
  namespaced: true,
  restlessStatus: true,
  wants: (tenant) => [
    wantOf({
      kind: 'autoscaler',
      manifest: autoscalerOf(tenant),
      from: 'spec.workload.autoscaling',
      read: fieldsOf,
      origin: (path) => ORIGINS[path] ?? null,
    }),
  ],
  read: fieldsOf,
  owns: (path) => path.startsWith('metrics['),
  risk: riskOf([]),
};

function fieldsOf(body: Json): Fields {
  return {
    ...labelFields(body),
    'scaleTargetRef.name': textAt(body, 'spec', 'scaleTargetRef', 'name'),
    minReplicas: numberAt(body, 'spec', 'minReplicas'),
    maxReplicas: numberAt(body, 'spec', 'maxReplicas'),
    ...Object.fromEntries(
      listAt(body, 'spec', 'metrics').map((metric): [string, Json] => [
        `metrics[${textAt(metric, 'resource', 'name') ?? textAt(metric, 'type') ?? ''}].averageUtilization`,
        numberAt(metric, 'resource', 'target', 'averageUtilization'),
      ]),
    ),
  };
}
