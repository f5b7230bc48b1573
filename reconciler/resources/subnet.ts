/** The subnet of nodes and internal load balancers, with the secondary ranges of pods and services. */
import type { Fields, Json } from '../model.ts';
import { at, listAt, textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, tail, type GcpKind } from './kind.ts';

export const subnet: GcpKind = {
  kind: 'subnet',
  plane: 'gcp',
  order: 20,
  assetType: 'compute.googleapis.com/Subnetwork',
  address: () => 'module.network.google_compute_subnetwork.nodes',
  wants: (tenant) => {
    const names = namesOf(tenant);
    const { project, region, network } = tenant.spec;
    return [
      {
        id: `subnet/${names.subnet}`,
        kind: 'subnet',
        plane: 'gcp',
        name: `compute.googleapis.com/projects/${project}/regions/${region}/subnetworks/${names.subnet}`,
        from: 'spec.network.subnet',
        fields: {
          network: field(names.network, null),
          ipCidrRange: field(network.subnet.range, 'spec.network.subnet.range'),
          'secondaryIpRanges[pods]': field(network.subnet.pods, 'spec.network.subnet.pods'),
          'secondaryIpRanges[services]': field(network.subnet.services, 'spec.network.subnet.services'),
          privateIpGoogleAccess: field(true, null),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
  read: (body): Fields => ({
    network: tail(textAt(body, 'network')),
    ipCidrRange: textAt(body, 'ipCidrRange'),
    privateIpGoogleAccess: at(body, 'privateIpGoogleAccess') === true,
    ...Object.fromEntries(
      listAt(body, 'secondaryIpRanges').map((range: Json): [string, Json] => [
        `secondaryIpRanges[${textAt(range, 'rangeName') ?? ''}]`,
        textAt(range, 'ipCidrRange'),
      ]),
    ),
  }),
  risk: riskOf([/^network$/, /^ipCidrRange$/, /^secondaryIpRanges/], 'stateful'),
};
