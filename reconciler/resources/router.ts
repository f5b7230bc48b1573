/** The Cloud Router that carries the NAT. */
import { namesOf } from '../names.ts';
import { COMPUTE_METADATA } from './google.ts';
import { field, gcpKind, pathOf } from './kind.ts';
import { list, name } from './schema/declare.ts';

export const router = gcpKind({
  kind: 'router',
  order: 30,
  assetType: 'compute.googleapis.com/Router',
  schema: {
    network: name({ risk: 'replace' }),
    // Ours is a resource of its own; a second one would give nodes another way out.
    nats: list({ by: 'name', whole: true, members: true, each: {} }),
  },
  foreign: { ...COMPUTE_METADATA, region: 'server', encryptedInterconnectRouter: 'server' },
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
        fields: {
          network: field(names.network, null),
          [`nats[${names.nat}]`]: field(true, 'spec.network.nat'),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
});
