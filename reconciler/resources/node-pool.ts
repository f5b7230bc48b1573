/** The cluster's node pools, one resource each. Its node counts are the cluster autoscaler's, within the record's bounds. */
import type { NodePool } from '../../desired-state/tenant.ts';
import type { FieldWant } from '../model.ts';
import { namesOf } from '../names.ts';
import { GKE_OWN } from './google.ts';
import { field, gcpKind, nameIn, pathOf } from './kind.ts';
import { flag, list, map, name, number, set, text } from './schema/declare.ts';
import { inside } from './schema/path.ts';

const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

export const nodePool = gcpKind({
  kind: 'node-pool',
  order: 60,
  assetType: 'container.googleapis.com/NodePool',
  schema: {
    'config.machineType': text({ risk: 'replace' }),
    'config.diskSizeGb': number({ absent: 100, risk: 'replace' }),
    'config.accelerator.type': name({ at: 'config.accelerators.0.acceleratorType', risk: 'replace' }),
    'config.accelerator.count': number({ at: 'config.accelerators.0.acceleratorCount', risk: 'replace' }),
    'config.serviceAccount': text({ risk: 'replace' }),
    'config.oauthScopes': set({ risk: 'replace' }),
    'config.shieldedInstanceConfig.enableSecureBoot': flag({ risk: 'replace' }),
    'config.shieldedInstanceConfig.enableIntegrityMonitoring': flag({ risk: 'replace' }),
    'config.workloadMetadataConfig.mode': text(),
    'config.labels': map({ each: text(), whole: true, except: GKE_OWN }),
    'config.taints': list({
      by: 'key',
      whole: true,
      except: GKE_OWN,
      each: { value: text({ absent: '' }), effect: text() },
    }),
    'autoscaling.enabled': flag(),
    'autoscaling.minNodeCount': number({ absent: 0 }),
    'autoscaling.maxNodeCount': number({ absent: 0 }),
    'management.autoRepair': flag(),
    'management.autoUpgrade': flag(),
  },
  foreign: {
    selfLink: 'server',
    etag: 'server',
    status: 'server',
    version: 'server',
    podIpv4CidrSize: 'server',
    instanceGroupUrls: 'server',
    // The API tells the size that was asked for last by this name, and the autoscaler asks.
    initialNodeCount: 'autoscaler',
    'config.imageType': 'server',
    'config.diskType': 'server',
    'config.metadata': 'server',
  },
  address: (id) => `module.cluster.google_container_node_pool.pools[${JSON.stringify(nameIn(id))}]`,
  wants: (tenant) => {
    const { project, region, cluster } = tenant.spec;
    const names = namesOf(tenant);
    const parent = `projects/${project}/locations/${region}/clusters/${names.cluster}`;
    return cluster.nodePools.map((pool) => ({
      id: `node-pool/${pool.name}`,
      kind: 'node-pool',
      plane: 'gcp',
      name: `container.googleapis.com/${parent}/nodePools/${pool.name}`,
      from: `spec.cluster.nodePools[${pool.name}]`,
      fields: { ...fieldsOf(pool), 'config.serviceAccount': field(names.nodesIdentity, null) },
    }));
  },
  ref: (want) => ({ service: 'container', path: `/v1/${pathOf(want.name)}` }),
});

function fieldsOf(pool: NodePool): Record<string, FieldWant> {
  const from = `spec.cluster.nodePools[${pool.name}]`;
  return {
    'config.machineType': field(pool.machineType, `${from}.machineType`),
    'config.diskSizeGb': field(pool.diskSizeGb, `${from}.diskSizeGb`),
    'config.oauthScopes': field(SCOPES, null),
    'config.shieldedInstanceConfig.enableSecureBoot': field(true, null),
    'config.shieldedInstanceConfig.enableIntegrityMonitoring': field(true, null),
    'config.workloadMetadataConfig.mode': field('GKE_METADATA', null),
    'autoscaling.enabled': field(true, null),
    'autoscaling.minNodeCount': field(pool.min, `${from}.min`),
    'autoscaling.maxNodeCount': field(pool.max, `${from}.max`),
    'management.autoRepair': field(true, null),
    'management.autoUpgrade': field(true, null),
    ...(pool.accelerator && {
      'config.accelerator.type': field(pool.accelerator.type, `${from}.accelerator.type`),
      'config.accelerator.count': field(pool.accelerator.count, `${from}.accelerator.count`),
    }),
    ...Object.fromEntries(
      Object.entries(pool.labels).map(([key, value]) => [
        inside('config.labels', key),
        field(value, `${from}.labels[${key}]`),
      ]),
    ),
    ...Object.fromEntries(
      pool.taints.flatMap(({ key, value, effect }) => {
        const taint = inside('config.taints', key);
        const written = `${from}.taints[${key}]`;
        return [
          [taint, field(true, written)],
          [`${taint}.value`, field(value, `${written}.value`)],
          [`${taint}.effect`, field(effect, `${written}.effect`)],
        ];
      }),
    ),
  };
}
