/** Cloud NAT: an item inside the router's body, so a router without it reads as "this NAT is absent". */
import { namesOf } from '../names.ts';
import { field, gcpKind, nameIn, pathOf } from './kind.ts';
import { flag, number, text } from './schema/declare.ts';

export const nat = gcpKind({
  kind: 'nat',
  order: 40,
  assetType: 'compute.googleapis.com/Router',
  within: { list: 'nats', name: (want) => want.id.slice('nat/'.length) },
  schema: {
    natIpAllocateOption: text(),
    sourceSubnetworkIpRangesToNat: text(),
    // What the service gives each VM when nobody says (cloud.google.com/nat/docs/ports-and-addresses).
    minPortsPerVm: number({ absent: 64 }),
    'logConfig.enable': flag(),
    'logConfig.filter': text(),
  },
  foreign: {
    endpointTypes: 'server',
    enableEndpointIndependentMapping: 'server',
    autoNetworkTier: 'server',
    type: 'server',
  },
  address: () => 'module.network.google_compute_router_nat.nat',
  importId: (want) => `${pathOf(want.name)}/${nameIn(want.id)}`,
  wants: (tenant) => {
    const names = namesOf(tenant);
    const { project, region, network } = tenant.spec;
    return [
      {
        id: `nat/${names.nat}`,
        kind: 'nat',
        plane: 'gcp',
        name: `compute.googleapis.com/projects/${project}/regions/${region}/routers/${names.router}`,
        from: 'spec.network.nat',
        fields: {
          natIpAllocateOption: field('AUTO_ONLY', null),
          sourceSubnetworkIpRangesToNat: field('ALL_SUBNETWORKS_ALL_IP_RANGES', null),
          minPortsPerVm: field(network.nat.minPortsPerVm, 'spec.network.nat.minPortsPerVm'),
          'logConfig.enable': field(true, null),
          'logConfig.filter': field('ERRORS_ONLY', null),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
});
