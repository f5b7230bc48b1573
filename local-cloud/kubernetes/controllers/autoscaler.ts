/** Keeps autoscaled Deployments within their bounds, through the scale subresource, as the real controller does. */
import type { Body } from '../../core/store.ts';
import { now } from '../cluster.ts';
import { kindNamed } from '../kinds.ts';
import { numberAt, objectAt, objectsAt, sameJson, textAt, type Kube } from '../object.ts';
import { replaceScale, scaleOf } from '../writePatch.ts';
import {
  asManager,
  CONTROLLER_MANAGER,
  current,
  withCondition,
  writeStatus,
  type Controller,
  type ControllerContext,
} from './controller.ts';

/** The controller's own period. */
const SYNC_MS = 15_000;
/** Nothing loads these pods; an idle process uses about this share of its request. */
const IDLE_UTILIZATION = 5;

export function autoscalerController({ cluster, later }: ControllerContext): Controller {
  const autoscalers = kindNamed('HorizontalPodAutoscaler');
  const deployments = kindNamed('Deployment');
  const waiting = new Set<string>();

  const sync = (autoscaler: Kube) => {
    waiting.delete(autoscaler.metadata.uid);
    const live = current(cluster, autoscalers, autoscaler);
    if (!live) return;
    const spec = objectAt(live, 'spec');
    const name = textAt(objectAt(spec, 'scaleTargetRef'), 'name') ?? '';
    const target = cluster.store.get(deployments, live.metadata.namespace, name);
    const status = target ? scaled(live, target) : missing(live, name);
    writeStatus(cluster, autoscalers, live, status);
  };

  const missing = (live: Kube, name: string): Body => ({
    ...objectAt(live, 'status'),
    conditions: withCondition(objectAt(live, 'status'), now(cluster), {
      type: 'AbleToScale',
      status: 'False',
      reason: 'FailedGetScale',
      message: `the HPA controller was unable to get the target's current scale: deployments.apps "${name}" not found`,
    }),
  });

  const scaled = (live: Kube, target: Kube): Body => {
    const spec = objectAt(live, 'spec');
    const before = objectAt(live, 'status');
    const have = numberAt(objectAt(target, 'spec'), 'replicas') ?? 1;
    // A target scaled to zero by hand is left alone: that is how autoscaling is switched off.
    const want =
      have === 0
        ? 0
        : Math.min(Math.max(have, numberAt(spec, 'minReplicas') ?? 1), numberAt(spec, 'maxReplicas') ?? have);
    if (want !== have) {
      const scale = { ...scaleOf(target), spec: { replicas: want } };
      replaceScale(cluster, deployments, target, scale, asManager(CONTROLLER_MANAGER, 'scale'));
    }
    return {
      ...before,
      currentReplicas: have,
      desiredReplicas: want,
      ...(want !== have && { lastScaleTime: now(cluster) }),
      currentMetrics: have === 0 ? [] : objectsAt(spec, 'metrics').flatMap(metricStatus),
      conditions: conditionsOf(before, now(cluster), have, want),
    };
  };

  const wake = (autoscaler: Kube) => {
    if (waiting.has(autoscaler.metadata.uid)) return;
    waiting.add(autoscaler.metadata.uid);
    later(SYNC_MS, () => sync(autoscaler));
  };

  return {
    onChange({ type, kind, object, previous }) {
      if (type === 'DELETED' && kind !== deployments) return;
      if (kind === autoscalers && !sameJson(previous?.['spec'], object['spec'])) wake(object);
      if (kind !== deployments || sameJson(previous?.['spec'], object['spec'])) return;
      for (const autoscaler of cluster.store.list(autoscalers, object.metadata.namespace)) {
        const target = objectAt(objectAt(autoscaler, 'spec'), 'scaleTargetRef');
        if (textAt(target, 'name') === object.metadata.name) wake(autoscaler);
      }
    },
  };
}

function metricStatus(metric: Body): Body[] {
  const name = textAt(objectAt(metric, 'resource'), 'name');
  if (name === undefined) return [];
  return [
    {
      type: 'Resource',
      resource: { name, current: { averageUtilization: IDLE_UTILIZATION, averageValue: '25m' } },
    },
  ];
}

function conditionsOf(before: Body, time: string, have: number, want: number): Body[] {
  const able = withCondition(before, time, {
    type: 'AbleToScale',
    status: 'True',
    reason: want === have ? 'ReadyForNewScale' : 'SucceededRescale',
    message:
      want === have
        ? 'recommended size matches current size'
        : `the HPA controller was able to update the target scale to ${want}`,
  });
  return withCondition({ conditions: able }, time, {
    type: 'ScalingActive',
    status: have === 0 ? 'False' : 'True',
    reason: have === 0 ? 'ScalingDisabled' : 'ValidMetricFound',
    message:
      have === 0
        ? 'scaling is disabled since the replica count of the target is zero'
        : 'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
  });
}
