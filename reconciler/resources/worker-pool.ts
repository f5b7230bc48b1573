/** The private worker pool: the only place whose builds reach the tenant's network. */
import { namesOf } from '../names.ts';
import { field, gcpKind, pathOf } from './kind.ts';
import { name, number, text } from './schema/declare.ts';

const CONFIG = 'privatePoolV1Config';

export const workerPool = gcpKind({
  kind: 'worker-pool',
  order: 80,
  assetType: 'cloudbuild.googleapis.com/WorkerPool',
  schema: {
    'workerConfig.machineType': text({ at: `${CONFIG}.workerConfig.machineType` }),
    'workerConfig.diskSizeGb': number({ at: `${CONFIG}.workerConfig.diskSizeGb`, absent: 100 }),
    'networkConfig.peeredNetwork': name({ at: `${CONFIG}.networkConfig.peeredNetwork`, risk: 'replace' }),
    'networkConfig.egressOption': text({
      at: `${CONFIG}.networkConfig.egressOption`,
      absent: 'PUBLIC_EGRESS',
    }),
  },
  foreign: {
    uid: 'server',
    etag: 'server',
    state: 'server',
    createTime: 'server',
    updateTime: 'server',
    [`${CONFIG}.networkConfig.peeredNetworkIpRange`]: 'server',
  },
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
});
