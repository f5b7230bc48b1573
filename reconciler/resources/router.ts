/** The Cloud Router that carries the NAT. */
import { textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, tail, type GcpKind } from './kind.ts';

export const router: GcpKind = {
  kind: 'router',
  plane: 'gcp',
  order: 30,
  assetType: 'compute.googleapis.com/Router',
  address: () => 'module.network.google_compute_router.router',
  wants: (tenant) => {
    const names = namesOf(tenant);
    const { project, region } = tenant.spec;
    return [
      {
        id: `router/${names.router}`,
        kind: 'router',
        plane: 'gcp',
        name: `compute.googleapis.com/projects/${project}/regions/${region}/routers/${names.router}`,
        from: 'spec.network.nat',
        fields: { network: field(names.network, null) },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
  read: (body) => ({ network: tail(textAt(body, 'network')) }),
  risk: riskOf([/^network$/]),
};
