/** What the API server adds to Deployments, Jobs and autoscalers. */
import type { Body } from '../../core/store.ts';
import { ensureObject, fallback, isObject, objectAt, textAt } from '../object.ts';
import { defaultPodTemplate } from './pod.ts';
import type { Defaults } from './types.ts';

export const defaultDeployment: Defaults = (object) => {
  const spec = ensureObject(object, 'spec');
  fallback(spec, 'replicas', 1);
  fallback(spec, 'revisionHistoryLimit', 10);
  fallback(spec, 'progressDeadlineSeconds', 600);
  const strategy = ensureObject(spec, 'strategy');
  fallback(strategy, 'type', 'RollingUpdate');
  if (strategy['type'] === 'RollingUpdate') {
    const rolling = ensureObject(strategy, 'rollingUpdate');
    fallback(rolling, 'maxSurge', '25%');
    fallback(rolling, 'maxUnavailable', '25%');
  }
  defaultPodTemplate(ensureObject(spec, 'template'));
  fallback(object, 'status', {});
};

export const defaultJob: Defaults = (object) => {
  const metadata = ensureObject(object, 'metadata');
  const spec = ensureObject(object, 'spec');
  fallback(spec, 'backoffLimit', 6);
  fallback(spec, 'completionMode', 'NonIndexed');
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fallback(spec, 'parallelism', 1);
  fallback(spec, 'suspend', false);
  fallback(spec, 'manualSelector', false);
  fallback(spec, 'podReplacementPolicy', 'TerminatingOrFailed');
  const template = ensureObject(spec, 'template');
  if (spec['manualSelector'] !== true) {
    // The Job's own uid makes the selector unique; the unprefixed twins are kept for old readers.
    const uid = textAt(metadata, 'uid') ?? '';
    const name = textAt(metadata, 'name') ?? '';
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    };
    const templateLabels = ensureObject(ensureObject(template, 'metadata'), 'labels');
    Object.assign(templateLabels, labels);
    // The Job takes its template's labels when it has none of its own.
    if (metadata['labels'] === undefined) metadata['labels'] = { ...templateLabels };
    fallback(spec, 'selector', { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
  }
  defaultPodTemplate(template);
  fallback(object, 'status', {});
};

const SCALE_UP: Body = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const SCALE_DOWN: Body = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};

export const defaultAutoscaler: Defaults = (object) => {
  const spec = ensureObject(object, 'spec');
  fallback(spec, 'minReplicas', 1);
  fallback(spec, 'metrics', [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ]);
  if (isObject(spec['behavior'])) {
    spec['behavior'] = {
      scaleUp: { ...structuredClone(SCALE_UP), ...objectAt(spec['behavior'], 'scaleUp') },
      scaleDown: { ...structuredClone(SCALE_DOWN), ...objectAt(spec['behavior'], 'scaleDown') },
    };
  }
  fallback(object, 'status', { currentMetrics: null, desiredReplicas: 0 });
};
