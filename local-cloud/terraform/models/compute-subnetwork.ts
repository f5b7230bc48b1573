/** google_compute_subnetwork: a regional range of a VPC with its secondary ranges. */
import { refuseWhenUsed } from '../../compute/usage.ts';
import { pathOf } from '../../core/store.ts';
import { lastSegment } from '../compare.ts';
import type { Identity } from '../mapping.ts';
import { identityOf, inStore, invalid, placed, seconds, type Model } from '../model.ts';
import { objects, text, type State } from '../values.ts';
import {
  computeFields,
  computeMethods,
  networkPath,
  networkRule,
  projectRule,
  regionRule,
  requireNetwork,
} from './compute.ts';
import { SUBNETWORK, takenRanges } from './network-ranges.ts';
import { addressIn, overlaps } from './ranges.ts';

const path = ({ project = '', region = '', name = '' }: Identity): string =>
  `projects/${project}/regions/${region}/subnetworks/${name}`;
const storeName = (identity: Identity): string => `compute.googleapis.com/${path(identity)}`;

export const computeSubnetwork: Model = {
  service: 'compute',
  methods: computeMethods('subnetworks'),
  title: 'Subnetwork',
  storage: inStore({ name: storeName, assetType: SUBNETWORK, location: ({ region = '' }) => region }),
  identity: (state) => {
    const identity = identityOf(state, ['project', 'region', 'name']);
    return { ...identity, region: lastSegment(identity['region'] ?? '') };
  },
  path: (identity) => `/compute/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/regions\/(?<region>[^/]+)\/subnetworks\/(?<name>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<region>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<region>[^/]+)\/(?<name>[^/]+)$/,
    /^(?<name>[^/]+)$/,
  ],
  delays: { create: seconds(15), update: seconds(10), delete: seconds(15) },
  predict: (config, _prior, provider) => placed(config, provider, ['project', 'region']),
  rules: {
    project: projectRule,
    region: regionRule,
    network: networkRule,
    secondary_ip_range: { to: 'secondaryIpRanges' },
    send_secondary_ip_range_if_empty: { local: true },
    subnetwork_id: { to: 'id' },
    params: { local: true },
  },
  check: (cloud, identity, state) => {
    requireNetwork(cloud, state['network'] ?? null, identity);
    const network = networkPath(state['network'] ?? null, identity['project'] ?? '');
    for (const { range: have, owner } of takenRanges(cloud, network, storeName(identity))) {
      const clash = rangesOf(state).find((range) => overlaps(range, have));
      if (clash === undefined) continue;
      const name = `'${lastSegment(pathOf(owner.name))}'`;
      const other =
        owner.assetType === SUBNETWORK
          ? `existing subnetwork ${name} in region '${owner.location}'`
          : `allocated range ${name}`;
      throw invalid(`Invalid IPCidrRange: ${clash} conflicts with ${other}.`, 'invalid');
    }
  },
  complete: (cloud, identity, body) => ({
    ...computeFields(cloud, 'subnetwork', path(identity)),
    // A subnetwork for IPv6 alone has no range.
    ...(typeof body['ipCidrRange'] === 'string' && { gatewayAddress: addressIn(body['ipCidrRange'], 1) }),
    privateIpGoogleAccess: false,
    privateIpv6GoogleAccess: 'DISABLE_GOOGLE_ACCESS',
    purpose: 'PRIVATE',
    stackType: 'IPV4_ONLY',
    ...body,
  }),
  checkDelete: (cloud, identity) => refuseWhenUsed(cloud, cloud.resources.require(storeName(identity))),
};

function rangesOf(state: State): string[] {
  return [
    text(state['ip_cidr_range']),
    ...objects(state['secondary_ip_range']).map((r) => text(r['ip_cidr_range'])),
  ].filter((range) => range !== '');
}
