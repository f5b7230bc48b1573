/** google_compute_router_nat: an item of its router's `nats`, so every change of it is a patch of the router. */
import type { Cloud } from '../../core/cloud.ts';
import { ApiError, notFound } from '../../core/errors.ts';
import type { Body } from '../../core/store.ts';
import { lastSegment } from '../compare.ts';
import { isBody, type FieldRule, type Identity } from '../mapping.ts';
import { identityOf, placed, seconds, type Model, type Storage } from '../model.ts';
import { projectRule } from './compute.ts';

const routerPath = ({ project = '', region = '', router = '' }: Identity): string =>
  `projects/${project}/regions/${region}/routers/${router}`;
const routerName = (identity: Identity): string => `compute.googleapis.com/${routerPath(identity)}`;

const natsOf = (router: Body | undefined): Body[] =>
  Array.isArray(router?.['nats']) ? router['nats'].filter(isBody) : [];

function changeNats(cloud: Cloud, identity: Identity, change: (nats: Body[]) => Body[]): void {
  if (!cloud.resources.get(routerName(identity))) throw notFound(`The resource '${routerPath(identity)}'`);
  cloud.resources.update(routerName(identity), (router) => ({ ...router, nats: change(natsOf(router)) }));
}

const storage: Storage = {
  find: (cloud, identity) =>
    natsOf(cloud.resources.get(routerName(identity))?.body).find((nat) => nat['name'] === identity['name']),
  create: (cloud, identity, body) =>
    changeNats(cloud, identity, (nats) => {
      if (nats.some((nat) => nat['name'] === identity['name'])) {
        throw new ApiError(
          'ALREADY_EXISTS',
          `The resource '${routerPath(identity)}' already has a NAT '${identity['name'] ?? ''}'`,
          { reason: 'alreadyExists' },
        );
      }
      return [...nats, body];
    }),
  update: (cloud, identity, change) =>
    changeNats(cloud, identity, (nats) =>
      nats.map((nat) => (nat['name'] === identity['name'] ? change(nat) : nat)),
    ),
  remove: (cloud, identity) => {
    if (!storage.find(cloud, identity)) return;
    changeNats(cloud, identity, (nats) => nats.filter((nat) => nat['name'] !== identity['name']));
  },
};

/** Part of the NAT's address and not a field of it. */
const fromIdentity = (name: string): FieldRule => ({
  write: () => undefined,
  read: (_json, have, identity) => have ?? identity[name] ?? null,
});

export const computeRouterNat: Model = {
  service: 'compute',
  // There is no method for a NAT alone.
  methods: {
    get: 'compute.routers.get',
    create: 'compute.routers.patch',
    update: 'compute.routers.patch',
    delete: 'compute.routers.patch',
  },
  title: 'RouterNat',
  storage,
  identity: (state) => {
    const identity = identityOf(state, ['project', 'region', 'router', 'name']);
    return {
      ...identity,
      region: lastSegment(identity['region'] ?? ''),
      router: lastSegment(identity['router'] ?? ''),
    };
  },
  path: (identity) => `/compute/v1/${routerPath(identity)}`,
  sends: (cloud, identity, written) => {
    const nats = natsOf(cloud.resources.get(routerName(identity))?.body);
    const others = nats.filter(({ name }) => name !== identity['name']);
    return { nats: written ? [...others, written] : others };
  },
  id: ({ project = '', region = '', router = '', name = '' }) => `${project}/${region}/${router}/${name}`,
  imports: [
    /^projects\/(?<project>[^/]+)\/regions\/(?<region>[^/]+)\/routers\/(?<router>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<region>[^/]+)\/(?<router>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<region>[^/]+)\/(?<router>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<router>[^/]+)\/(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(10), update: seconds(10), delete: seconds(10) },
  predict: (config, _prior, provider) => placed(config, provider, ['project', 'region']),
  rules: {
    project: projectRule,
    region: fromIdentity('region'),
    router: fromIdentity('router'),
    initial_nat_ips: { local: true },
    nat64_subnetwork: { to: 'nat64Subnetworks' },
    subnetwork: { to: 'subnetworks' },
  },
  complete: (_cloud, _identity, body) => ({
    autoNetworkTier: 'PREMIUM',
    enableEndpointIndependentMapping: false,
    endpointTypes: ['ENDPOINT_TYPE_VM'],
    ...body,
  }),
};
