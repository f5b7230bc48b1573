/** Keeps autoscaled Deployments within their bounds, through the scale subresource, as the real controller does. */
import type { Body } from '../../core/store.ts';
import { now } from '../cluster.ts';
import { kindNamed } from '../kinds.ts';
import { numberAt, objectAt, objectsAt, sameJson, textAt, type Kube } from '../object.ts';
import type { ChangeListener } from '../store.ts';
import { replaceScale, scaleOf } from '../write-patch.ts';
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

export class AutoscalerController implements Controller {
  readonly #context: ControllerContext;
  readonly #autoscalers = kindNamed('HorizontalPodAutoscaler');
  readonly #deployments = kindNamed('Deployment');
  readonly #waiting = new Set<string>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  readonly onChange: ChangeListener = ({ type, kind, object, previous }) => {
    if (type === 'MODIFIED' && sameJson(previous?.['spec'], object['spec'])) return;
    if (kind === this.#autoscalers && type !== 'DELETED') this.#wake(object);
    if (kind !== this.#deployments) return;
    for (const autoscaler of this.#context.cluster.store.list(this.#autoscalers, object.metadata.namespace)) {
      if (targetOf(autoscaler) === object.metadata.name) this.#wake(autoscaler);
    }
  };

  #wake(autoscaler: Kube): void {
    if (this.#waiting.has(autoscaler.metadata.uid)) return;
    this.#waiting.add(autoscaler.metadata.uid);
    this.#context.later(SYNC_MS, () => this.#sync(autoscaler));
  }

  #sync(autoscaler: Kube): void {
    const { cluster } = this.#context;
    this.#waiting.delete(autoscaler.metadata.uid);
    const live = current(cluster, this.#autoscalers, autoscaler);
    if (!live) return;
    const target = cluster.store.get(this.#deployments, live.metadata.namespace, targetOf(live));
    const status = target ? this.#scale(live, target) : withoutTarget(live, now(cluster));
    writeStatus(cluster, this.#autoscalers, live, status);
  }

  #scale(live: Kube, target: Kube): Body {
    const { cluster } = this.#context;
    const spec = objectAt(live, 'spec');
    const have = numberAt(objectAt(target, 'spec'), 'replicas') ?? 1;
    const want = wantedReplicas(spec, have);
    if (want !== have) {
      const scale = { ...scaleOf(target), spec: { replicas: want } };
      replaceScale(cluster, this.#deployments, target, scale, asManager(CONTROLLER_MANAGER, 'scale'));
    }
    const before = objectAt(live, 'status');
    return {
      ...before,
      currentReplicas: have,
      desiredReplicas: want,
      ...(want !== have && { lastScaleTime: now(cluster) }),
      currentMetrics: have === 0 ? [] : objectsAt(spec, 'metrics').flatMap(metricStatus),
      conditions: conditionsOf(before, now(cluster), have, want),
    };
  }
}

const targetOf = (autoscaler: Kube): string =>
  textAt(objectAt(objectAt(autoscaler, 'spec'), 'scaleTargetRef'), 'name') ?? '';

/** A target scaled to zero by hand is left alone: that is how autoscaling is switched off. */
function wantedReplicas(spec: Body, have: number): number {
  if (have === 0) return 0;
  const [min, max] = [numberAt(spec, 'minReplicas') ?? 1, numberAt(spec, 'maxReplicas') ?? have];
  return Math.min(Math.max(have, min), max);
}

function withoutTarget(live: Kube, time: string): Body {
  const before = objectAt(live, 'status');
  const conditions = withCondition(before, time, {
    type: 'AbleToScale',
    status: 'False',
    reason: 'FailedGetScale',
    message: `the HPA controller was unable to get the target's current scale: deployments.apps "${targetOf(live)}" not found`,
  });
  return { ...before, conditions };
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
