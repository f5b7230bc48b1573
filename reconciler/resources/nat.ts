/** Cloud NAT: an item inside the router's body, so a router without it reads as "this NAT is absent". */
import { listAt, numberAt, textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, type GcpKind } from './kind.ts';

export const nat: GcpKind = {
  kind: 'nat',
  plane: 'gcp',
  order: 40,
  assetType: 'compute.googleapis.com/Router',
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
        },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
  items: (body) =>
    listAt(body, 'nats')
      .map((item) => textAt(item, 'name'))
      .filter((name) => name !== null)
      .map((name) => `nat/${name}`),
  read: (body, want) => {
    const name = want.id.slice('nat/'.length);
    const item = listAt(body, 'nats').find((candidate) => textAt(candidate, 'name') === name);
    return item === undefined
      ? undefined
      : {
          natIpAllocateOption: textAt(item, 'natIpAllocateOption'),
          sourceSubnetworkIpRangesToNat: textAt(item, 'sourceSubnetworkIpRangesToNat'),
          minPortsPerVm: numberAt(item, 'minPortsPerVm'),
        };
  },
  risk: riskOf([]),
};
