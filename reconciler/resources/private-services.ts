/**
 * Private services access: the range the worker pool's hosts live in, and the peering that joins it to the VPC.
 * Without either the pool exists but reaches nothing of the tenant.
 */
import { listAt, numberAt, textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, tail, type GcpKind } from './kind.ts';

/** The size a worker pool takes; `terraform/modules/build-pool` asks for the same. */
const PREFIX_LENGTH = 24;

export const poolRange: GcpKind = {
  kind: 'pool-range',
  plane: 'gcp',
  order: 74,
  assetType: 'compute.googleapis.com/GlobalAddress',
  address: () => 'module.build_pool.google_compute_global_address.pools',
  wants: (tenant) => {
    const names = namesOf(tenant);
    return [
      {
        id: `pool-range/${names.poolRange}`,
        kind: 'pool-range',
        plane: 'gcp',
        name: `compute.googleapis.com/projects/${tenant.spec.project}/global/addresses/${names.poolRange}`,
        from: 'spec.build',
        fields: {
          purpose: field('VPC_PEERING', null),
          addressType: field('INTERNAL', null),
          prefixLength: field(PREFIX_LENGTH, null),
          network: field(names.network, null),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
  read: (body) => ({
    purpose: textAt(body, 'purpose'),
    addressType: textAt(body, 'addressType'),
    prefixLength: numberAt(body, 'prefixLength'),
    network: tail(textAt(body, 'network')),
  }),
  risk: riskOf([/.*/]),
};

/** Google's name for the peering with its service producers' network. */
const PEERING = 'servicenetworking-googleapis-com';

export const servicePeering: GcpKind = {
  kind: 'service-peering',
  plane: 'gcp',
  order: 76,
  assetType: 'compute.googleapis.com/Network',
  address: () => 'module.build_pool.google_service_networking_connection.services',
  wants: (tenant) => {
    const { network } = namesOf(tenant);
    return [
      {
        id: `service-peering/${network}`,
        kind: 'service-peering',
        plane: 'gcp',
        name: `compute.googleapis.com/projects/${tenant.spec.project}/global/networks/${network}`,
        from: 'spec.build',
        fields: { state: field('ACTIVE', null) },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
  read: (body) => {
    const item = listAt(body, 'peerings').find((candidate) => textAt(candidate, 'name') === PEERING);
    return item === undefined ? undefined : { state: textAt(item, 'state') };
  },
  risk: riskOf([]),
};
