/**
 * google_service_networking_connection: peers a VPC with the network of Google's services. The VPC's side is a peering
 * on the network's body, where Compute Engine shows it; the services' side, with the reserved ranges, is an entry of
 * its own. The connection is there only while both sides are.
 * Source: servicenetworking v1 REST reference, services.connections; refusals as the provider's users report them
 * (hashicorp/terraform-provider-google issues 18834 and 19908). Not tried against the API by us.
 */
import { linkTo } from '../../compute/kinds.ts';
import type { Cloud } from '../../core/cloud.ts';
import { timestamp } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { projectNumber } from '../../core/projects.ts';
import type { Body } from '../../core/store.ts';
import { relativeName } from '../compare.ts';
import type { Identity } from '../mapping.ts';
import { identityOf, invalid, MissingArgument, seconds, type Model, type Storage } from '../model.ts';
import { equal } from '../plan.ts';
import { text, type State } from '../values.ts';
import { requireNetwork } from './compute.ts';
import { GOOGLE_SERVICES, hasPeering, peeringName, peeringsOf, poolsIn } from './private-services.ts';

const networkOf = ({ project = '', name = '' }: Identity): string =>
  `projects/${project}/global/networks/${name}`;
const networkName = (identity: Identity): string => `compute.googleapis.com/${networkOf(identity)}`;

const servicePath = ({ service = '' }: Identity): string => `services/${service}`;
/** The API tells connections of one service apart by the network, a query parameter. */
const storeName = (identity: Identity): string =>
  `servicenetworking.googleapis.com/${networkOf(identity)}/${servicePath(identity)}`;

const storage: Storage = {
  find: (cloud, identity) =>
    hasPeering(cloud.resources.get(networkName(identity))?.body, peeringName(identity['service'] ?? ''))
      ? cloud.resources.get(storeName(identity))?.body
      : undefined,
  create: (cloud, identity, body, state) => {
    const name = storeName(identity);
    const existing = cloud.resources.get(name);
    // The services' side outlives a peering that was taken away, and then a new one must ask for the same ranges.
    if (existing && !sameRanges(existing.body, body) && state['update_on_creation_fail'] !== true) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        'Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.',
      );
    }
    if (existing) cloud.resources.update(name, () => body);
    else
      cloud.resources.create({
        name,
        assetType: 'servicenetworking.googleapis.com/Connection',
        project: identity['project'] ?? '',
        location: 'global',
        body,
      });
    changePeerings(cloud, identity, (others) => [...others, peering(cloud, identity)]);
  },
  update: (cloud, identity, change) => void cloud.resources.update(storeName(identity), change),
  remove: (cloud, identity) => {
    cloud.resources.delete(storeName(identity));
    if (cloud.resources.get(networkName(identity))) changePeerings(cloud, identity, (others) => others);
  },
};

export const serviceNetworkingConnection: Model = {
  service: 'servicenetworking',
  methods: {
    get: 'servicenetworking.services.connections.list',
    create: 'servicenetworking.services.connections.create',
    update: 'servicenetworking.services.connections.patch',
    delete: 'servicenetworking.services.connections.deleteConnection',
  },
  title: 'Service Networking Connection',
  storage,
  identity: identityIn,
  path: (identity) => `/v1/${servicePath(identity)}/connections/${peeringName(identity['service'] ?? '')}`,
  id: ({ network = '', service = '' }) => `${encodeURIComponent(network)}:${encodeURIComponent(service)}`,
  imports: [/^(?<network>.+):(?<service>[^:/]+)$/],
  delays: { create: seconds(60), update: seconds(30), delete: seconds(60) },
  rules: {
    // This API names the project by number.
    network: {
      write: (_value, { project = '', name = '' }) => networkOf({ project: projectNumber(project), name }),
      read: (_json, _have, { network = '' }) => network,
    },
    service: {
      write: (_value, identity) => servicePath(identity),
      read: (_json, _have, { service = '' }) => service,
    },
    deletion_policy: { local: true },
    update_on_creation_fail: { local: true },
  },
  check: checkRanges,
  complete: (_cloud, { service = '' }, body) => ({ ...body, peering: peeringName(service) }),
  abandons: (state) => state['deletion_policy'] === 'ABANDON',
  checkDelete: (cloud, identity) => {
    if (identity['service'] !== GOOGLE_SERVICES || poolsIn(cloud, networkOf(identity)).length === 0) return;
    throw new ApiError(
      'FAILED_PRECONDITION',
      'Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using this connection.',
    );
  },
};

/** `network` as the configuration spells it, and the project and name it stands for. */
function identityIn(state: State): Identity {
  const { network: spelled = '', service = '' } = identityOf(state, ['network', 'service']);
  // An id, which an import may name, has the network percent-encoded.
  const network = decodeURIComponent(spelled);
  const [, project, name] =
    /^projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(relativeName(network)) ?? [];
  if (project === undefined || name === undefined) {
    throw new MissingArgument(
      `network: "${network}" does not say its project; give projects/PROJECT/global/networks/NAME or a self link`,
    );
  }
  return { network, service, project, name };
}

function checkRanges(cloud: Cloud, identity: Identity, state: State): void {
  const network = networkOf(identity);
  requireNetwork(cloud, network, identity);
  const ranges = state['reserved_peering_ranges'];
  for (const range of Array.isArray(ranges) ? ranges.map(text) : []) {
    const project = identity['project'] ?? '';
    const address = cloud.resources.get(
      `compute.googleapis.com/projects/${project}/global/addresses/${range}`,
    );
    if (address?.body['purpose'] === 'VPC_PEERING' && text(address.body['network']).endsWith(`/${network}`))
      continue;
    throw invalid(`Reserved range "${range}" is no global address of ${network} with purpose VPC_PEERING.`);
  }
}

const sameRanges = (a: Body, b: Body): boolean =>
  equal(a['reservedPeeringRanges'] ?? null, b['reservedPeeringRanges'] ?? null);

/** Replaces this connection's peering; `change` gets the network's other ones. */
function changePeerings(cloud: Cloud, identity: Identity, change: (others: Body[]) => Body[]): void {
  const own = peeringName(identity['service'] ?? '');
  cloud.resources.update(networkName(identity), ({ peerings, ...network }) => {
    const changed = change(peeringsOf({ peerings: peerings ?? [] }).filter(({ name }) => name !== own));
    return changed.length > 0 ? { ...network, peerings: changed } : network;
  });
}

/** As compute v1 `networks.get` shows it. The network on the other side is in a project that Google makes. */
function peering(cloud: Cloud, identity: Identity): Body {
  const producer = `${projectNumber(identity['project'] ?? '')}-tp`;
  return {
    name: peeringName(identity['service'] ?? ''),
    network: linkTo(`projects/${producer}/global/networks/servicenetworking`),
    state: 'ACTIVE',
    stateDetails: `[${timestamp(cloud.clock.now())}]: Connected.`,
    autoCreateRoutes: true,
    exchangeSubnetRoutes: true,
    exportCustomRoutes: false,
    exportSubnetRoutesWithPublicIp: false,
    importCustomRoutes: false,
    importSubnetRoutesWithPublicIp: false,
    stackType: 'IPV4_ONLY',
  };
}
