/**
 * Private services access: the range the worker pool's hosts live in, and the peering that joins it to the VPC.
 * Without either the pool exists but reaches nothing of the tenant.
 */
import { namesOf } from '../names.ts';
import { COMPUTE_METADATA } from './google.ts';
import { field, gcpKind, pathOf } from './kind.ts';
import { name, number, text } from './schema/declare.ts';

/** The size a worker pool takes; `terraform/modules/build-pool` asks for the same. */
const PREFIX_LENGTH = 24;

export const poolRange = gcpKind({
  kind: 'pool-range',
  order: 74,
  assetType: 'compute.googleapis.com/GlobalAddress',
  schema: {
    purpose: text({ risk: 'replace' }),
    addressType: text({ absent: 'EXTERNAL', risk: 'replace' }),
    prefixLength: number({ risk: 'replace' }),
    network: name({ risk: 'replace' }),
  },
  foreign: { ...COMPUTE_METADATA, address: 'server', status: 'server', labelFingerprint: 'server' },
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
});

/** Google's name for the peering with its service producers' network. */
const PEERING = 'servicenetworking-googleapis-com';

export const servicePeering = gcpKind({
  kind: 'service-peering',
  order: 76,
  assetType: 'compute.googleapis.com/Network',
  within: { list: 'peerings', name: () => PEERING },
  schema: { state: text() },
  foreign: { stateDetails: 'server', network: 'server', autoCreateRoutes: 'server' },
  address: () => 'module.build_pool.google_service_networking_connection.services',
  importId: (want) => `${pathOf(want.name)}:servicenetworking.googleapis.com`,
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
});
