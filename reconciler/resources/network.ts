/** The tenant's VPC. */
import { namesOf } from '../names.ts';
import { COMPUTE_METADATA } from './google.ts';
import { field, gcpKind, pathOf } from './kind.ts';
import { flag, text } from './schema/declare.ts';

export const network = gcpKind({
  kind: 'network',
  order: 10,
  assetType: 'compute.googleapis.com/Network',
  gone: 'stateful',
  schema: {
    autoCreateSubnetworks: flag({ risk: 'replace' }),
    'routingConfig.routingMode': text(),
  },
  foreign: { ...COMPUTE_METADATA, subnetworks: 'server', peerings: 'server', mtu: 'server' },
  address: () => 'module.network.google_compute_network.vpc',
  wants: (tenant) => {
    const name = namesOf(tenant).network;
    return [
      {
        id: `network/${name}`,
        kind: 'network',
        plane: 'gcp',
        name: `compute.googleapis.com/projects/${tenant.spec.project}/global/networks/${name}`,
        from: 'spec.network',
        fields: {
          autoCreateSubnetworks: field(false, null),
          'routingConfig.routingMode': field('REGIONAL', null),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
});
