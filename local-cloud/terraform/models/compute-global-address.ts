/**
 * google_compute_global_address: one address, or a range that a VPC keeps free for Google's services.
 * Source: compute v1 REST reference, globalAddresses; cloud.google.com/vpc/docs/configure-private-services-access.
 */
import type { Cloud } from '../../core/cloud.ts';
import { ApiError } from '../../core/errors.ts';
import type { Body } from '../../core/store.ts';
import { labelFingerprint, labelRules, predictLabels } from '../labels.ts';
import type { Identity } from '../mapping.ts';
import { identityOf, inStore, invalid, placed, seconds, type Model } from '../model.ts';
import { text, type State } from '../values.ts';
import {
  computeFields,
  computeMethods,
  networkPath,
  networkRule,
  projectRule,
  requireNetwork,
} from './compute.ts';
import { addressRange, GLOBAL_ADDRESS, takenRanges } from './network-ranges.ts';
import { firstFree, overlaps } from './ranges.ts';

const path = ({ project = '', name = '' }: Identity): string =>
  `projects/${project}/global/addresses/${name}`;
const storeName = (identity: Identity): string => `compute.googleapis.com/${path(identity)}`;

/** Where an address comes from that nobody asked for: private space, or some of Google's own. */
const SPACE = { INTERNAL: '10.0.0.0/8', EXTERNAL: '34.96.0.0/14' } as const;

export const computeGlobalAddress: Model = {
  service: 'compute',
  // The API has no patch; the labels are all that can change.
  methods: { ...computeMethods('globalAddresses'), update: 'compute.globalAddresses.setLabels' },
  title: 'GlobalAddress',
  storage: inStore({ name: storeName, assetType: GLOBAL_ADDRESS, location: () => 'global' }),
  identity: (state) => identityOf(state, ['project', 'name']),
  path: (identity) => `/compute/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/global\/addresses\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(5), update: seconds(3), delete: seconds(5) },
  predict: (config, prior, provider) => ({
    ...placed(config, provider, ['project']),
    ...predictLabels(config, prior, provider),
  }),
  rules: {
    ...labelRules(),
    project: projectRule,
    network: networkRule,
  },
  seal: (body) => ({ ...body, labelFingerprint: labelFingerprint(body['labels']) }),
  check: checkAddress,
  complete: (cloud, identity, body) => ({
    ...computeFields(cloud, 'address', path(identity)),
    networkTier: 'PREMIUM',
    status: 'RESERVED',
    ...body,
    address: text(body['address']) || freeAddress(cloud, identity, body),
  }),
};

function checkAddress(cloud: Cloud, identity: Identity, state: State): void {
  const network = text(state['network']);
  const prefixLength = state['prefix_length'];
  const isRange = state['address_type'] === 'INTERNAL' && network !== '' && typeof prefixLength === 'number';
  if (state['purpose'] === 'VPC_PEERING' && !isRange) {
    throw invalid(
      "Invalid value for field 'resource.purpose': 'VPC_PEERING'. It needs addressType INTERNAL, a network and a prefixLength.",
      'invalid',
    );
  }
  if (network === '') return;
  requireNetwork(cloud, network, identity);
  const address = text(state['address']);
  if (address === '') return;
  const range = addressRange({ address, ...(typeof prefixLength === 'number' && { prefixLength }) });
  const clash = takenIn(cloud, identity, network).find((taken) => overlaps(range, taken));
  if (clash !== undefined) {
    throw invalid(
      `Invalid value for field 'resource.address': '${range}'. It overlaps ${clash}, which is in use.`,
      'invalid',
    );
  }
}

function freeAddress(cloud: Cloud, identity: Identity, body: Body): string {
  const network = text(body['network']);
  const taken =
    network === ''
      ? cloud.resources.list({ assetType: GLOBAL_ADDRESS }).map((other) => addressRange(other.body))
      : takenIn(cloud, identity, network);
  const space = body['addressType'] === 'INTERNAL' ? SPACE.INTERNAL : SPACE.EXTERNAL;
  const length = typeof body['prefixLength'] === 'number' ? body['prefixLength'] : 32;
  const found = firstFree(space, length, taken);
  if (found === undefined) {
    throw new ApiError('RESOURCE_EXHAUSTED', `No free range of length /${length} is left in ${space}.`);
  }
  return found;
}

const takenIn = (cloud: Cloud, identity: Identity, network: string): string[] =>
  takenRanges(cloud, networkPath(network, identity['project'] ?? ''), storeName(identity)).map(
    ({ range }) => range,
  );
