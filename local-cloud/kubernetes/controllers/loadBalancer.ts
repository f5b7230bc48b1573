/** Gives LoadBalancer Services an address, and lets a real answer stand behind it inside the cluster's VPC. */
import type { ServerResponse } from 'node:http';
import type { Body } from '../../core/store.ts';
import { kindNamed } from '../kinds.ts';
import { numberAt, objectAt, objectsAt, sameJson, textAt, textsAt, type Kube } from '../object.ts';
import { replace } from '../write.ts';
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
}

export function loadBalancerController({ cluster, later }: ControllerContext): Controller {
  const services = kindNamed('Service');
  const balancers = new Map<string, Balancer>();

  const begin = (service: Kube) => {
    const live = current(cluster, services, service);
    if (!live || !wantsBalancer(live)) return;
    const finalizer = isInternal(live) ? INTERNAL_FINALIZER : EXTERNAL_FINALIZER;
    const finalizers = live.metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) {
      const held = { ...live, metadata: { ...live.metadata, finalizers: [...finalizers, finalizer] } };
      replace(cluster, services, live, held, asManager(MANAGER));
    }
    later(ADDRESS_MS, () => assign(live));
  };

  const assign = (service: Kube, delayed = false) => {
    const live = current(cluster, services, service);
    if (!live || !wantsBalancer(live) || balancers.has(live.metadata.uid)) return;
    const fault = delayed ? undefined : orderedFault(cluster, 'loadBalancer', live);
    const balancer = fault ? undefined : allocate(live);
    if (!balancer) {
      later(fault?.delayMs ?? RETRY_MS, () => assign(live, fault?.delayMs !== undefined));
      return;
    }
    balancers.set(live.metadata.uid, balancer);
    publish(live, balancer);
    const ingress = [{ ip: balancer.ip, ipMode: 'VIP' }];
    writeStatus(cluster, services, live, { loadBalancer: { ingress } }, MANAGER);
  };

  const allocate = (live: Kube): Balancer | undefined => {
    const internal = isInternal(live);
    const network = internal ? cluster.placement.network : EXTERNAL_NETWORK;
    const range = internal ? cluster.placement.subnetRange : EXTERNAL_RANGE;
    const wanted = textAt(objectAt(live, 'spec'), 'loadBalancerIP');
    const ip = cluster.addresses.take(network, range, wanted);
    return ip === undefined ? undefined : { network, ip, ports: [], unpublish: [] };
  };

  const publish = (live: Kube, balancer: Balancer) => {
    for (const end of balancer.unpublish) end();
    balancer.ports = portsOf(live);
    balancer.unpublish =
      balancer.network === EXTERNAL_NETWORK
        ? []
        : balancer.ports.map((port) =>
            cluster.cloud.networks.publish(balancer.network, balancer.ip, port, (_request, response) =>
              respond(response, live),
            ),
          );
  };

  /** What the pods behind the Service would answer, whatever the path. */
  const respond = (response: ServerResponse, service: Kube) => {
    const live = current(cluster, services, service);
    const deployment = live && backendOf(live);
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
  };

  const backendOf = (service: Kube): Kube | undefined => {
    const selector = Object.entries(textsAt(objectAt(service, 'spec'), 'selector'));
    if (selector.length === 0) return undefined;
    return cluster.store.list(kindNamed('Deployment'), service.metadata.namespace).find((deployment) => {
      const labels = textsAt(
        objectAt(objectAt(objectAt(deployment, 'spec'), 'template'), 'metadata'),
        'labels',
      );
      return selector.every(([key, value]) => labels[key] === value);
    });
  };

  const release = (uid: string) => {
    const balancer = balancers.get(uid);
    if (!balancer) return;
    balancers.delete(uid);
    for (const end of balancer.unpublish) end();
    cluster.addresses.release(balancer.network, balancer.ip);
  };

  /** Takes the balancer away and lets the Service go, or be an ordinary one. */
  const cleanUp = (service: Kube) => {
    const live = current(cluster, services, service);
    if (!live || wantsBalancer(live)) return;
    release(live.metadata.uid);
    const cleared = objectsAt(objectAt(objectAt(live, 'status'), 'loadBalancer'), 'ingress').length > 0;
    const unset = cleared ? writeStatus(cluster, services, live, { loadBalancer: {} }, MANAGER) : live;
    const finalizers = (unset.metadata.finalizers ?? []).filter((held) => !isOurs(held));
    const freed: Body = { ...unset, metadata: { ...unset.metadata, finalizers } };
    replace(cluster, services, unset, freed, asManager(MANAGER));
  };

  return {
    onChange({ type, kind, object, previous }) {
      if (kind !== services) return;
      const { uid } = object.metadata;
      if (type === 'DELETED') {
        release(uid);
        return;
      }
      const before = previous !== undefined && wantsBalancer(previous);
      if (wantsBalancer(object)) {
        const balancer = balancers.get(uid);
        if (!before) later(BEGIN_MS, () => begin(object));
        else if (balancer && !sameJson([...balancer.ports], portsOf(object))) publish(object, balancer);
      } else if (before) {
        later(RELEASE_MS, () => cleanUp(object));
      }
    },
    stop() {
      for (const uid of [...balancers.keys()]) release(uid);
    },
  };
}

const isOurs = (finalizer: string): boolean =>
  finalizer === INTERNAL_FINALIZER || finalizer === EXTERNAL_FINALIZER;

const wantsBalancer = (service: Kube): boolean =>
  service.metadata.deletionTimestamp === undefined && objectAt(service, 'spec')['type'] === 'LoadBalancer';

const isInternal = ({ metadata }: Kube): boolean => metadata.annotations?.[TYPE_ANNOTATION] === 'Internal';

const portsOf = (service: Kube): number[] =>
  objectsAt(objectAt(service, 'spec'), 'ports')
    .filter((port) => port['protocol'] === 'TCP')
    .flatMap((port) => numberAt(port, 'port') ?? []);
