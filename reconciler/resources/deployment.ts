/**
 * The workload's Deployment. We own the whole set of containers, and of env variables and ports in our container: an
 * addition there is seen, which server-side diff is blind to (it only compares what was sent).
 */
import { deploymentOf } from '../../manifests/deployment.ts';
import { clusterKind } from './kind.ts';
import { labels, SERVER_METADATA } from './kubernetes.ts';
import { container, pod } from './pod.ts';
import { flag, list, map, number, text, value } from './schema/declare.ts';

const POD = 'spec.template.spec';

export const deployment = clusterKind({
  kind: 'deployment',
  order: 120,
  resource: { group: 'apps', version: 'v1', plural: 'deployments' },
  namespaced: true,
  restlessStatus: true,
  from: 'spec.workload',
  manifest: deploymentOf,
  schema: {
    'metadata.labels': labels,
    selector: value({ at: 'spec.selector.matchLabels', risk: 'replace' }),
    'template.labels': map({ at: 'spec.template.metadata.labels', each: text() }),
    containers: list({
      at: `${POD}.containers`,
      by: 'name',
      whole: true,
      from: 'spec.workload.name',
      each: container,
    }),
    ...pod(POD),
    // Never sent. A paused Deployment takes every change and rolls none of them out.
    paused: flag({ at: 'spec.paused', risk: 'none' }),
    minReadySeconds: number({ at: 'spec.minReadySeconds', absent: 0, risk: 'none' }),
    progressDeadlineSeconds: number({ at: 'spec.progressDeadlineSeconds', absent: 600, risk: 'none' }),
    revisionHistoryLimit: number({ at: 'spec.revisionHistoryLimit', absent: 10, risk: 'none' }),
    strategy: value({
      at: 'spec.strategy',
      absent: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      filled: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      risk: 'none',
    }),
  },
  foreign: {
    ...SERVER_METADATA,
    // Replicas move with the load: the manifest sends none, and whatever stands there is right.
    'spec.replicas': 'autoscaler',
    'metadata.annotations': 'server',
    'spec.template.metadata.creationTimestamp': 'server',
    'spec.template.spec.serviceAccount': 'server',
    status: 'server',
  },
});
