/** Gives LoadBalancer Services an address, and lets a real answer stand behind it inside the cluster's VPC. */
import type { ServerResponse } from 'node:http';
import type { Body } from '../../core/store.ts';
import type { Cluster } from '../cluster.ts';
import { kindNamed } from '../kinds.ts';
import { numberAt, objectAt, objectsAt, sameJson, textAt, textsAt, type Kube } from '../object.ts';
import type { ChangeListener } from '../store.ts';
import { replace } from '../write.ts';
import { putFront, removeFront } from './balancer-resources.ts';
import {
  asManager,
  current,
  orderedFault,
  writeStatus,
  type Controller,
  type ControllerContext,
} from './controller.ts';
import { imagesOf } from './images.ts';

/** Internal load balancers take around half a minute on GKE. */
const ADDRESS_MS = 20_000;
const RELEASE_MS = 5_000;
const RETRY_MS = 15_000;
const BEGIN_MS = 100;

const MANAGER = 'gke-load-balancer-controller';
const INTERNAL_FINALIZER = 'gke.networking.io/l4-ilb-v2';
const EXTERNAL_FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const TYPE_ANNOTATION = 'networking.gke.io/load-balancer-type';

/** Documentation addresses (RFC 5737): external balancers get one, and nothing answers there. */
const EXTERNAL_NETWORK = 'internet';
const EXTERNAL_RANGE = '203.0.113.0/24';

interface Balancer {
  readonly network: string;
  readonly ip: string;
  ports: readonly number[];
  unpublish: readonly (() => void)[];
  /** Store names of what stands for it in the project. */
  resources: readonly string[];
}

export class LoadBalancerController implements Controller {
  readonly #context: ControllerContext;
  readonly #kind = kindNamed('Service');
  readonly #balancers = new Map<string, Balancer>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  readonly onChange: ChangeListener = ({ type, kind, object, previous }) => {
    if (kind !== this.#kind) return;
    const { uid } = object.metadata;
    if (type === 'DELETED') {
      this.#release(uid);
      return;
    }
    const before = previous !== undefined && wantsBalancer(previous);
    const balancer = this.#balancers.get(uid);
    if (!wantsBalancer(object)) {
      if (before) this.#context.later(RELEASE_MS, () => this.#cleanUp(object));
    } else if (!before) {
      this.#context.later(BEGIN_MS, () => this.#begin(object));
    } else if (balancer && !sameJson([...balancer.ports], portsOf(object))) {
      this.#publish(object, balancer);
    }
  };

  stop(): void {
    for (const uid of [...this.#balancers.keys()]) this.#release(uid);
  }

  #begin(service: Kube): void {
    const live = current(this.#context.cluster, this.#kind, service);
    if (!live || !wantsBalancer(live)) return;
    const finalizer = isInternal(live) ? INTERNAL_FINALIZER : EXTERNAL_FINALIZER;
    const finalizers = live.metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) this.#setFinalizers(live, [...finalizers, finalizer]);
    this.#context.later(ADDRESS_MS, () => this.#assign(live));
  }

  #setFinalizers(live: Kube, finalizers: string[]): void {
    const changed: Body = { ...live, metadata: { ...live.metadata, finalizers } };
    replace(this.#context.cluster, this.#kind, live, changed, asManager(MANAGER));
  }

  #assign(service: Kube, delayed = false): void {
    const { cluster, later } = this.#context;
    const live = current(cluster, this.#kind, service);
    if (!live || !wantsBalancer(live) || this.#balancers.has(live.metadata.uid)) return;
    const fault = delayed ? undefined : orderedFault(cluster, 'loadBalancer', live);
    const balancer = fault ? undefined : allocate(cluster, live);
    if (!balancer) {
      later(fault?.delayMs ?? RETRY_MS, () => this.#assign(live, fault?.delayMs !== undefined));
      return;
    }
    this.#balancers.set(live.metadata.uid, balancer);
    this.#publish(live, balancer);
    const ingress = [{ ip: balancer.ip, ipMode: 'VIP' }];
    writeStatus(cluster, this.#kind, live, { loadBalancer: { ingress } }, MANAGER);
  }

  #publish(live: Kube, balancer: Balancer): void {
    for (const end of balancer.unpublish) end();
    const { cluster } = this.#context;
    balancer.ports = portsOf(live);
    balancer.resources = putFront(cluster, live, { ...balancer, internal: isInternal(live) });
    // Nothing answers at an external address: no network here is the internet.
    const published = balancer.network === EXTERNAL_NETWORK ? [] : balancer.ports;
    balancer.unpublish = published.map((port) =>
      cluster.cloud.networks.publish(balancer.network, balancer.ip, port, (_request, response) => {
        respond(response, cluster, current(cluster, this.#kind, live));
      }),
    );
  }

  #release(uid: string): void {
    const balancer = this.#balancers.get(uid);
    if (!balancer) return;
    this.#balancers.delete(uid);
    for (const end of balancer.unpublish) end();
    const { cluster } = this.#context;
    cluster.addresses.release(balancer.network, balancer.ip);
    const others = new Set([...this.#balancers.values()].flatMap(({ resources }) => resources));
    removeFront(cluster, balancer.resources, others);
  }

  /** Takes the balancer away and lets the Service go, or be an ordinary one. */
  #cleanUp(service: Kube): void {
    const { cluster } = this.#context;
    const live = current(cluster, this.#kind, service);
    if (!live || wantsBalancer(live)) return;
    this.#release(live.metadata.uid);
    const unset = writeStatus(cluster, this.#kind, live, { loadBalancer: {} }, MANAGER);
    this.#setFinalizers(
      unset,
      (unset.metadata.finalizers ?? []).filter(
        (held) => held !== INTERNAL_FINALIZER && held !== EXTERNAL_FINALIZER,
      ),
    );
  }
}

function allocate(cluster: Cluster, live: Kube): Balancer | undefined {
  const internal = isInternal(live);
  const network = internal ? cluster.placement.network : EXTERNAL_NETWORK;
  const range = internal ? cluster.placement.subnetRange : EXTERNAL_RANGE;
  const wanted = textAt(objectAt(live, 'spec'), 'loadBalancerIP');
  const ip = cluster.addresses.take(network, range, wanted);
  return ip === undefined ? undefined : { network, ip, ports: [], unpublish: [], resources: [] };
}

/** What the pods behind the Service would answer, whatever the path. */
function respond(response: ServerResponse, cluster: Cluster, service: Kube | undefined): void {
  const deployment = service && backendOf(cluster, service);
  const ready = numberAt(objectAt(deployment, 'status'), 'availableReplicas') ?? 0;
  const template = objectAt(objectAt(deployment, 'spec'), 'template');
  response.writeHead(ready > 0 ? 200 : 503, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      status: ready > 0 ? 'ok' : 'unavailable',
      deployment: deployment?.metadata.name ?? null,
      image: imagesOf(template).at(-1) ?? null,
      ready,
    }),
  );
}

/** The Deployment whose pods the Service selects. */
function backendOf({ store }: Cluster, service: Kube): Kube | undefined {
  const selector = Object.entries(textsAt(objectAt(service, 'spec'), 'selector'));
  if (selector.length === 0) return undefined;
  return store.list(kindNamed('Deployment'), service.metadata.namespace).find((deployment) => {
    const labels = textsAt(
      objectAt(objectAt(objectAt(deployment, 'spec'), 'template'), 'metadata'),
      'labels',
    );
    return selector.every(([key, value]) => labels[key] === value);
  });
}

const wantsBalancer = (service: Kube): boolean =>
  service.metadata.deletionTimestamp === undefined && objectAt(service, 'spec')['type'] === 'LoadBalancer';

const isInternal = ({ metadata }: Kube): boolean => metadata.annotations?.[TYPE_ANNOTATION] === 'Internal';

const portsOf = (service: Kube): number[] =>
  objectsAt(objectAt(service, 'spec'), 'ports')
    .filter((port) => port['protocol'] === 'TCP')
    .flatMap((port) => numberAt(port, 'port') ?? []);
