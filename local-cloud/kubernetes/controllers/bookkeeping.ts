/** The small controllers: Jobs that finish, quotas that say what they allow, claims that may go. */
import { now, type Cluster } from '../cluster.ts';
import { kindNamed } from '../kinds.ts';
import { numberAt, objectAt, sameJson, type Kube } from '../object.ts';
import { replace } from '../write.ts';
import {
  asManager,
  CONTROLLER_MANAGER,
  current,
  withCondition,
  writeStatus,
  type Controller,
  type ControllerContext,
} from './controller.ts';
import { imagesOf, pullProblem } from './images.ts';

const JOB_MS = 5_000;
const SETTLE_MS = 500;
const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';

export function bookkeepingController({ cluster, later }: ControllerContext): Controller {
  const jobs = kindNamed('Job');
  const quotas = kindNamed('ResourceQuota');
  const claims = kindNamed('PersistentVolumeClaim');
  return {
    onChange({ type, kind, object, previous }) {
      if (type === 'DELETED') return;
      if (kind === jobs && type === 'ADDED') later(JOB_MS, () => finishJob(cluster, object));
      if (kind === quotas && !sameJson(previous?.['spec'], object['spec'])) {
        later(SETTLE_MS, () => countQuota(cluster, object));
      }
      if (kind === claims && object.metadata.deletionTimestamp !== undefined) {
        later(SETTLE_MS, () => releaseClaim(cluster, object));
      }
    },
  };
}

/** Without pods a Job's container always succeeds, unless its image cannot be pulled: then it never starts. */
function finishJob(cluster: Cluster, job: Kube): void {
  const kind = kindNamed('Job');
  const live = current(cluster, kind, job);
  if (!live || objectAt(live, 'spec')['suspend'] === true) return;
  const time = now(cluster);
  const startTime = live.metadata.creationTimestamp;
  const images = imagesOf(objectAt(objectAt(live, 'spec'), 'template'));
  if (images.some((image) => pullProblem(cluster, image) !== undefined)) {
    writeStatus(cluster, kind, live, { startTime, active: 1, ready: 0, terminating: 0 });
    return;
  }
  writeStatus(cluster, kind, live, {
    startTime,
    completionTime: time,
    succeeded: numberAt(objectAt(live, 'spec'), 'completions') ?? 1,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    conditions: withCondition(undefined, time, {
      type: 'Complete',
      status: 'True',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
    }),
  });
}

/** No pods stand here that could use anything up. */
function countQuota(cluster: Cluster, quota: Kube): void {
  const kind = kindNamed('ResourceQuota');
  const live = current(cluster, kind, quota);
  if (!live) return;
  const hard = objectAt(objectAt(live, 'spec'), 'hard');
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  writeStatus(cluster, kind, live, { hard, used });
}

function releaseClaim(cluster: Cluster, claim: Kube): void {
  const kind = kindNamed('PersistentVolumeClaim');
  const live = current(cluster, kind, claim);
  if (!live) return;
  const finalizers = (live.metadata.finalizers ?? []).filter((held) => held !== CLAIM_FINALIZER);
  replace(
    cluster,
    kind,
    live,
    { ...live, metadata: { ...live.metadata, finalizers } },
    asManager(CONTROLLER_MANAGER),
  );
}
