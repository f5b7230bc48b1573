/** Rolls Deployments out: status, conditions and revisions as kube-controller-manager writes them. */
import { createHash } from 'node:crypto';
import type { Body } from '../../core/store.ts';
import { now } from '../cluster.ts';
import { kindNamed } from '../kinds.ts';
import { numberAt, objectAt, objectsAt, textAt, type Kube } from '../object.ts';
import type { ChangeListener } from '../store.ts';
import { replace } from '../write.ts';
import {
  asManager,
  CONTROLLER_MANAGER,
  current,
  orderedFault,
  withCondition,
  writeStatus,
  type Controller,
  type ControllerContext,
} from './controller.ts';
import { imagesOf, pullProblem } from './images.ts';

const OBSERVE_MS = 200;
/** Scheduling, pulling and starting; the readiness probe's first period. */
const READY_MS = 8_000;
const SCALE_MS = 3_000;
/** How often a rollout that cannot go on is looked at again. */
const RETRY_MS = 10_000;
/** A rollout given up may still be healed from outside; the kubelet too tries on, ever more rarely. */
const STUCK_RETRY_MS = 60_000;
const REVISION = 'deployment.kubernetes.io/revision';

interface Rollout {
  /** Hash of the pod template, which also names its ReplicaSet. */
  readonly hash: string;
  readonly revision: number;
  /** Milliseconds of cloud time at which progress counts as stopped. */
  readonly deadline: number;
}

type Phase = 'progressing' | 'complete' | 'stuck';

export class DeploymentController implements Controller {
  readonly #context: ControllerContext;
  readonly #kind = kindNamed('Deployment');
  readonly #rollouts = new Map<string, Rollout>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  readonly onChange: ChangeListener = ({ type, kind, object }) => {
    if (kind !== this.#kind) return;
    if (type === 'DELETED') this.#rollouts.delete(object.metadata.uid);
    else if (!isObserved(object)) this.#context.later(OBSERVE_MS, () => this.#observe(object));
  };

  #observe(deployment: Kube): void {
    const { cluster, later } = this.#context;
    const live = current(cluster, this.#kind, deployment);
    if (!live || isObserved(live)) return;
    const known = this.#rollouts.get(live.metadata.uid);
    const hash = hashOf(live);
    const spec = objectAt(live, 'spec');
    if (known?.hash === hash || spec['paused'] === true) {
      // Only the number of replicas (or how to roll out) changed: there is nothing new to pull.
      later(SCALE_MS, () => this.#settle(live));
      return;
    }
    const deadline = cluster.cloud.clock.now() + (numberAt(spec, 'progressDeadlineSeconds') ?? 600) * 1_000;
    const rollout: Rollout = { hash, revision: (known?.revision ?? 0) + 1, deadline };
    this.#rollouts.set(live.metadata.uid, rollout);
    this.#write(this.#annotate(live, rollout), rollout, 'progressing');
    later(READY_MS, () => this.#advance(live, rollout));
  }

  #annotate(live: Kube, { revision }: Rollout): Kube {
    const annotations = { ...live.metadata.annotations, [REVISION]: String(revision) };
    const marked = { ...live, metadata: { ...live.metadata, annotations } };
    return replace(this.#context.cluster, this.#kind, live, marked, asManager(CONTROLLER_MANAGER)).object;
  }

  /** Ends the rollout, gives it up at its deadline, or looks again later. */
  #advance(deployment: Kube, rollout: Rollout, delayed = false): void {
    const { cluster, later } = this.#context;
    const live = current(cluster, this.#kind, deployment);
    if (!live || this.#rollouts.get(live.metadata.uid) !== rollout) return;
    const fault = delayed ? undefined : orderedFault(cluster, 'deployment', live);
    if (fault?.delayMs !== undefined) {
      later(fault.delayMs, () => this.#advance(live, rollout, true));
      return;
    }
    const images = imagesOf(objectAt(objectAt(live, 'spec'), 'template'));
    const held = fault !== undefined || images.some((image) => pullProblem(cluster, image) !== undefined);
    if (!held) {
      this.#write(live, rollout, 'complete');
      return;
    }
    const left = rollout.deadline - cluster.cloud.clock.now();
    if (left <= 0) this.#write(live, rollout, 'stuck');
    later(left > 0 ? Math.min(RETRY_MS, left) : STUCK_RETRY_MS, () => this.#advance(live, rollout));
  }

  /** Writes status for a generation that needed no rollout. */
  #settle(deployment: Kube): void {
    const { cluster } = this.#context;
    const live = current(cluster, this.#kind, deployment);
    if (!live || isObserved(live)) return;
    const rollout = this.#rollouts.get(live.metadata.uid);
    if (rollout) this.#write(live, rollout, phaseOf(live));
    else writeStatus(cluster, this.#kind, live, observedOnly(live));
  }

  #write(live: Kube, rollout: Rollout, phase: Phase): void {
    const { cluster } = this.#context;
    writeStatus(cluster, this.#kind, live, statusOf(live, rollout, phase, now(cluster)));
  }
}

/** `live` carries the status before this rollout: what was available stays so until the new pods are. */
function statusOf(live: Kube, rollout: Rollout, phase: Phase, time: string): Body {
  const before = objectAt(live, 'status');
  const want = numberAt(objectAt(live, 'spec'), 'replicas') ?? 1;
  const available = phase === 'complete' ? want : Math.min(numberAt(before, 'availableReplicas') ?? 0, want);
  const enough = available > 0 || want === 0;
  const conditions = withCondition(before, time, {
    ...PROGRESS[phase](`${live.metadata.name}-${rollout.hash}`),
    type: 'Progressing',
  });
  const all = withCondition({ conditions }, time, {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: enough
      ? 'Deployment has minimum availability.'
      : 'Deployment does not have minimum availability.',
  });
  return {
    ...observedOnly(live),
    ...replicaCounts(want, available, phase === 'complete'),
    conditions: all.map((condition) => updatedAt(before, condition, time)),
  };
}

/** Deployments also note when a condition last changed in anything, not only in its status. */
function updatedAt(before: Body, condition: Body, time: string): Body {
  const known = objectsAt(before, 'conditions').find(({ type }) => type === condition['type']);
  const same = known?.['reason'] === condition['reason'] && known?.['message'] === condition['message'];
  return { ...condition, lastUpdateTime: (same ? textAt(known, 'lastUpdateTime') : undefined) ?? time };
}

/** Names the ReplicaSet a pod template makes. */
export const hashOf = (live: Kube): string =>
  createHash('sha256')
    .update(JSON.stringify(objectAt(objectAt(live, 'spec'), 'template')))
    .digest('hex')
    .slice(0, 10);

function phaseOf(live: Kube): Phase {
  const progressing = objectsAt(objectAt(live, 'status'), 'conditions').find(
    ({ type }) => type === 'Progressing',
  );
  if (progressing?.['reason'] === 'NewReplicaSetAvailable') return 'complete';
  return progressing?.['reason'] === 'ProgressDeadlineExceeded' ? 'stuck' : 'progressing';
}

/** Whether the status speaks of the spec as it stands. */
export const isObserved = (live: Kube): boolean =>
  numberAt(objectAt(live, 'status'), 'observedGeneration') === live.metadata.generation;

const observedOnly = (live: Kube): Body => ({
  ...objectAt(live, 'status'),
  observedGeneration: live.metadata.generation ?? 1,
});

/** While old pods still serve, one new pod stands beside them. */
function replicaCounts(want: number, available: number, complete: boolean): Body {
  const alone = complete || available === 0;
  return {
    replicas: alone ? want : available + 1,
    updatedReplicas: alone ? want : 1,
    readyReplicas: available,
    availableReplicas: available,
    unavailableReplicas: complete ? 0 : Math.max(1, want - available),
  };
}

const PROGRESS: Readonly<
  Record<Phase, (set: string) => { status: string; reason: string; message: string }>
> = {
  progressing: (set) => ({
    status: 'True',
    reason: 'ReplicaSetUpdated',
    message: `ReplicaSet "${set}" is progressing.`,
  }),
  complete: (set) => ({
    status: 'True',
    reason: 'NewReplicaSetAvailable',
    message: `ReplicaSet "${set}" has successfully progressed.`,
  }),
  stuck: (set) => ({
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: `ReplicaSet "${set}" has timed out progressing.`,
  }),
};
