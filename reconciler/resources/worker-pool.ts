/** The private worker pool: the only place whose builds reach the tenant's network. */
import { numberAt, textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, tail, type GcpKind } from './kind.ts';

export const workerPool: GcpKind = {
  kind: 'worker-pool',
  plane: 'gcp',
  order: 80,
  assetType: 'cloudbuild.googleapis.com/WorkerPool',
  address: () => 'module.build_pool.google_cloudbuild_worker_pool.pool',
  wants: (tenant) => {
    const names = namesOf(tenant);
    const { project, region, build } = tenant.spec;
    return [
      {
        id: `worker-pool/${names.workerPool}`,
        kind: 'worker-pool',
        plane: 'gcp',
        name: `cloudbuild.googleapis.com/projects/${project}/locations/${region}/workerPools/${names.workerPool}`,
        from: 'spec.build',
        fields: {
          'workerConfig.machineType': field(build.machineType, 'spec.build.machineType'),
          'workerConfig.diskSizeGb': field(build.diskSizeGb, 'spec.build.diskSizeGb'),
          'networkConfig.peeredNetwork': field(names.network, null),
          'networkConfig.egressOption': field('NO_PUBLIC_EGRESS', null),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'cloudbuild', path: `/v1/${pathOf(want.name)}` }),
  read: (body) => ({
    'workerConfig.machineType': textAt(body, 'privatePoolV1Config', 'workerConfig', 'machineType'),
    'workerConfig.diskSizeGb': numberAt(body, 'privatePoolV1Config', 'workerConfig', 'diskSizeGb'),
    'networkConfig.peeredNetwork': tail(
      textAt(body, 'privatePoolV1Config', 'networkConfig', 'peeredNetwork'),
    ),
    'networkConfig.egressOption': textAt(body, 'privatePoolV1Config', 'networkConfig', 'egressOption'),
  }),
  risk: riskOf([/^networkConfig\.peeredNetwork$/]),
};
