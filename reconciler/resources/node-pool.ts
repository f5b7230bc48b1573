/** The cluster's node pools, one resource each. Labels and taints that GKE adds by itself are not ours to judge. */
import type { NodePool } from '../../desired-state/tenant.ts';
import type { FieldWant, Fields, Json } from '../model.ts';
import { entriesAt, listAt, numberAt, textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, nameIn, pathOf, riskOf, tail, type GcpKind } from './kind.ts';

export const nodePool: GcpKind = {
  kind: 'node-pool',
  plane: 'gcp',
  order: 60,
  assetType: 'container.googleapis.com/NodePool',
  address: (id) => `module.cluster.google_container_node_pool.pools[${JSON.stringify(nameIn(id))}]`,
  wants: (tenant) => {
    const { project, region, cluster } = tenant.spec;
    const parent = `projects/${project}/locations/${region}/clusters/${namesOf(tenant).cluster}`;
    return cluster.nodePools.map((pool) => ({
      id: `node-pool/${pool.name}`,
      kind: 'node-pool',
      plane: 'gcp',
      name: `container.googleapis.com/${parent}/nodePools/${pool.name}`,
      from: `spec.cluster.nodePools[${pool.name}]`,
      fields: fieldsOf(pool),
    }));
  },
  ref: (want) => ({ service: 'container', path: `/v1/${pathOf(want.name)}` }),
  read: (body): Fields => ({
    'config.machineType': textAt(body, 'config', 'machineType'),
    'config.diskSizeGb': numberAt(body, 'config', 'diskSizeGb'),
    'autoscaling.minNodeCount': numberAt(body, 'autoscaling', 'minNodeCount') ?? 0,
    'autoscaling.maxNodeCount': numberAt(body, 'autoscaling', 'maxNodeCount') ?? 0,
    'config.accelerator.type': tail(textAt(body, 'config', 'accelerators', 0, 'acceleratorType')),
    'config.accelerator.count': numberAt(body, 'config', 'accelerators', 0, 'acceleratorCount'),
    ...Object.fromEntries(
      entriesAt(body, 'config', 'labels').map(([key, value]) => [`config.labels[${key}]`, value]),
    ),
    ...Object.fromEntries(
      listAt(body, 'config', 'taints').map((taint): [string, Json] => [
        `config.taints[${textAt(taint, 'key') ?? ''}]`,
        `${textAt(taint, 'value') ?? ''}:${textAt(taint, 'effect') ?? ''}`,
      ]),
    ),
  }),
  risk: riskOf([/^config\.(machineType|diskSizeGb|accelerator)/]),
};

function fieldsOf(pool: NodePool): Record<string, FieldWant> {
  const from = `spec.cluster.nodePools[${pool.name}]`;
  return {
    'config.machineType': field(pool.machineType, `${from}.machineType`),
    'config.diskSizeGb': field(pool.diskSizeGb, `${from}.diskSizeGb`),
    'autoscaling.minNodeCount': field(pool.min, `${from}.min`),
    'autoscaling.maxNodeCount': field(pool.max, `${from}.max`),
    ...(pool.accelerator && {
      'config.accelerator.type': field(pool.accelerator.type, `${from}.accelerator.type`),
      'config.accelerator.count': field(pool.accelerator.count, `${from}.accelerator.count`),
    }),
    ...Object.fromEntries(
      Object.entries(pool.labels).map(([key, value]) => [
        `config.labels[${key}]`,
        field(value, `${from}.labels[${key}]`),
      ]),
    ),
    ...Object.fromEntries(
      pool.taints.map((taint) => [
        `config.taints[${taint.key}]`,
        field(`${taint.value}:${taint.effect}`, `${from}.taints[${taint.key}]`),
      ]),
    ),
  };
}
