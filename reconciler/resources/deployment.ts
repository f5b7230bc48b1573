/**
 * The workload's Deployment. We own the whole set of containers, and of env variables and ports in our container: an
 * addition there is seen, which server-side diff is blind to (it only compares what was sent).
 */
import { deploymentOf } from '../../manifests/deployment.ts';
import { clusterKind } from './kind.ts';
import { labels, SERVER_METADATA } from './kubernetes.ts';
import { pod } from './pod.ts';
import { flag, map, number, text, under, unsent, value } from './schema/declare.ts';

const ROLLING = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } };

export const deployment = clusterKind({
  kind: 'deployment',
  order: 120,
  resource: { group: 'apps', version: 'v1', plural: 'deployments' },
  namespaced: true,
  from: 'spec.workload',
  manifest: deploymentOf,
  schema: {
    'metadata.labels': labels,
    selector: value({ at: 'spec.selector.matchLabels', risk: 'replace' }),
    'template.labels': map({ at: 'spec.template.metadata.labels', each: text() }),
    ...under('spec.template.spec', pod),
    ...under('spec', {
      // A paused Deployment takes every change and rolls none of them out.
      paused: unsent(flag()),
      minReadySeconds: unsent(number({ absent: 0 })),
      progressDeadlineSeconds: unsent(number({ absent: 600 })),
      revisionHistoryLimit: unsent(number({ absent: 10 })),
      strategy: unsent(value({ absent: ROLLING, filled: ROLLING })),
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
