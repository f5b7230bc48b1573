/**
 * The pods of Deployments, as far as their readers go: one object per replica whose status says whether it runs, and
 * why not. They follow the Deployment's status; nothing runs in them.
 */
import { createHash } from 'node:crypto';
import type { Body } from '../../core/store.ts';
import { now } from '../cluster.ts';
import { kindNamed } from '../kinds.ts';
import { numberAt, objectAt, objectsAt, textAt, type Kube } from '../object.ts';
import type { ChangeListener } from '../store.ts';
import { create, remove } from '../write.ts';
import {
  asManager,
  CONTROLLER_MANAGER,
  current,
  withCondition,
  writeStatus,
  type Controller,
  type ControllerContext,
} from './controller.ts';
import { hashOf, isObserved } from './deployment.ts';
import { imagesOf, pullProblem } from './images.ts';

const FOLLOW_MS = 100;
const KUBELET = 'kubelet';

export class PodController implements Controller {
  readonly #context: ControllerContext;
  readonly #pods = kindNamed('Pod');
  readonly #deployments = kindNamed('Deployment');
  /** The Deployment each pod belongs to, by the pod's uid. */
  readonly #owners = new Map<string, Kube>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  readonly onChange: ChangeListener = ({ type, kind, object }) => {
    if (kind === this.#deployments) this.#context.later(FOLLOW_MS, () => this.#follow(object));
    if (kind !== this.#pods || type !== 'DELETED') return;
    const owner = this.#owners.get(object.metadata.uid);
    this.#owners.delete(object.metadata.uid);
    if (owner) this.#context.later(FOLLOW_MS, () => this.#follow(owner));
  };

  #follow(deployment: Kube): void {
    const { cluster } = this.#context;
    const live = current(cluster, this.#deployments, deployment);
    // Until the rollout has begun, the status still counts the pods of the template before.
    if (live && !isObserved(live)) return;
    const mine = cluster.store
      .list(this.#pods, deployment.metadata.namespace)
      .filter((pod) => this.#owners.get(pod.metadata.uid)?.metadata.uid === deployment.metadata.uid);
    const want = live ? this.#wanted(live, mine) : new Set<string>();
    for (const pod of mine) {
      if (!want.has(pod.metadata.name)) remove(cluster, this.#pods, pod, false);
    }
    if (!live) return;
    const updated = `${live.metadata.name}-${hashOf(live)}-`;
    for (const name of want) {
      if (name.startsWith(updated)) this.#write(live, name);
    }
  }

  /** New pods by the Deployment's own count, and as many of the old ones as it still has. */
  #wanted(live: Kube, mine: readonly Kube[]): Set<string> {
    const status = objectAt(live, 'status');
    const updated = numberAt(status, 'updatedReplicas') ?? 0;
    const hash = hashOf(live);
    const names = Array.from({ length: updated }, (_, index) => podName(live, hash, index));
    const old = mine
      .map(({ metadata }) => metadata.name)
      .filter((name) => !name.startsWith(`${live.metadata.name}-${hash}-`))
      .slice(0, (numberAt(status, 'replicas') ?? 0) - updated);
    return new Set([...names, ...old]);
  }

  #write(live: Kube, name: string): void {
    const { cluster } = this.#context;
    const { namespace } = live.metadata;
    const pod =
      cluster.store.get(this.#pods, namespace, name) ??
      (this.#namespaceEnds(namespace) ? undefined : this.#create(live, name));
    if (pod) writeStatus(cluster, this.#pods, pod, this.#status(live, pod), KUBELET);
  }

  #namespaceEnds(namespace: string | undefined): boolean {
    const found = this.#context.cluster.store.get(kindNamed('Namespace'), undefined, namespace ?? '');
    return found?.metadata.deletionTimestamp !== undefined;
  }

  #create(live: Kube, name: string): Kube {
    const { cluster } = this.#context;
    const template = objectAt(objectAt(live, 'spec'), 'template');
    const metadata = objectAt(template, 'metadata');
    const hash = hashOf(live);
    const body: Body = {
      metadata: {
        name,
        labels: { ...objectAt(metadata, 'labels'), 'pod-template-hash': hash },
        annotations: objectAt(metadata, 'annotations'),
      },
      spec: objectAt(template, 'spec'),
    };
    const { object } = create(
      cluster,
      this.#pods,
      live.metadata.namespace,
      body,
      asManager(CONTROLLER_MANAGER),
    );
    this.#owners.set(object.metadata.uid, live);
    return object;
  }

  #status(live: Kube, pod: Kube): Body {
    const { cluster } = this.#context;
    const before = objectAt(pod, 'status');
    const ready = numberAt(objectAt(live, 'status'), 'unavailableReplicas') === undefined;
    const time = now(cluster);
    const scheduled = withCondition(before, time, {
      type: 'PodScheduled',
      status: 'True',
      reason: '',
      message: '',
    });
    const startTime = textAt(before, 'startTime') ?? time;
    return {
      phase: ready ? 'Running' : 'Pending',
      startTime,
      conditions: withCondition({ conditions: scheduled }, time, {
        type: 'Ready',
        status: ready ? 'True' : 'False',
        reason: ready ? '' : 'ContainersNotReady',
        message: '',
      }),
      containerStatuses: objectsAt(objectAt(pod, 'spec'), 'containers').map((container) => ({
        name: textAt(container, 'name') ?? '',
        image: textAt(container, 'image') ?? '',
        ready,
        started: ready,
        restartCount: 0,
        state: ready ? { running: { startedAt: startTime } } : { waiting: this.#waiting(container) },
      })),
    };
  }

  #waiting(container: Body): Body {
    const [image = ''] = imagesOf({ spec: { containers: [container] } });
    const problem = pullProblem(this.#context.cluster, image);
    return problem === undefined
      ? { reason: 'ContainerCreating' }
      : { reason: 'ImagePullBackOff', message: problem };
  }
}

/** Five letters like a real pod's, but the same in every run. */
function podName({ metadata }: Kube, hash: string, index: number): string {
  const suffix = createHash('sha256').update(`${metadata.uid}/${hash}/${index}`).digest('hex').slice(0, 5);
  return `${metadata.name}-${hash}-${suffix}`;
}
