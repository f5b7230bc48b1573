/** The tenant's VPC. */
import { at } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, type GcpKind } from './kind.ts';

export const network: GcpKind = {
  kind: 'network',
  plane: 'gcp',
  order: 10,
  assetType: 'compute.googleapis.com/Network',
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
        fields: { autoCreateSubnetworks: field(false, null) },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
  read: (body) => ({ autoCreateSubnetworks: at(body, 'autoCreateSubnetworks') === true }),
  risk: riskOf([/^autoCreateSubnetworks$/], 'stateful'),
};
