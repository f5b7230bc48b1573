/** Every resource type against the store: made, read back, planned again, refused, deleted. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createCloud, type Cloud } from '../../../local-cloud/core/cloud.ts';
import { configSchema } from '../../../local-cloud/core/config.ts';
import { errorText, type Caller } from '../../../local-cloud/terraform/api.ts';
import type { ProviderSettings } from '../../../local-cloud/terraform/model.ts';
import { MODELS } from '../../../local-cloud/terraform/models/index.ts';
import { equal } from '../../../local-cloud/terraform/plan.ts';
import * as resources from '../../../local-cloud/terraform/resource.ts';
import { conform, schemas } from '../../../local-cloud/terraform/schema.ts';
import { hasUnknown, text, type State } from '../../../local-cloud/terraform/values.ts';
import { bareParts } from '../../support/bare-cloud.ts';

const PRINCIPAL = 'plumbline-infra@p-prod.iam.gserviceaccount.com';
const provider: ProviderSettings = {
  project: 'p-prod',
  region: 'us-central1',
  zone: undefined,
  defaultLabels: { managed: 'true' },
  attribution: true,
  principal: PRINCIPAL,
};

let cloud: Cloud;
let caller: Caller;
let clusters: Set<string>;

beforeEach(() => {
  clusters = new Set();
  // Fast enough that five minutes of a cluster's creation are a few milliseconds.
  cloud = createCloud(configSchema.parse({ dataDir: '.', speed: 100_000 }), () => bareParts(clusters));
  caller = { cloud, principal: PRINCIPAL, signal: new AbortController().signal };
});

function typeOf(name: string): resources.ResourceType {
  return { name, schema: schemas().resources.get(name)!, model: MODELS[name]! };
}

function planned(name: string, config: State, prior: State | null = null): State {
  const type = typeOf(name);
  return resources.plan(type, conform(type.schema.block, config), prior, provider).planned;
}

const make = (name: string, config: State): Promise<State> =>
  resources.create(typeOf(name), caller, planned(name, config));

const NETWORK: [string, State] = ['google_compute_network', { name: 'vpc', auto_create_subnetworks: false }];
const SUBNET: [string, State] = [
  'google_compute_subnetwork',
  {
    name: 'nodes',
    network: 'vpc',
    ip_cidr_range: '10.10.0.0/20',
    log_config: [{ flow_sampling: 0.1 }],
    secondary_ip_range: [
      { range_name: 'pods', ip_cidr_range: '10.20.0.0/16' },
      { range_name: 'services', ip_cidr_range: '10.30.0.0/20' },
    ],
  },
];
const RANGE: [string, State] = [
  'google_compute_global_address',
  {
    name: 'pools',
    network: 'projects/p-prod/global/networks/vpc',
    purpose: 'VPC_PEERING',
    address_type: 'INTERNAL',
    prefix_length: 24,
    labels: { own: 'x' },
  },
];
const CONNECTION: [string, State] = [
  'google_service_networking_connection',
  {
    network: 'projects/p-prod/global/networks/vpc',
    service: 'servicenetworking.googleapis.com',
    reserved_peering_ranges: ['pools'],
  },
];
const POOL: [string, State] = [
  'google_cloudbuild_worker_pool',
  {
    name: 'pool',
    location: 'us-central1',
    worker_config: [{ machine_type: 'e2-standard-2', disk_size_gb: 200, no_external_ip: true }],
    network_config: [{ peered_network: 'projects/p-prod/global/networks/vpc' }],
  },
];
const ROUTER: [string, State] = [
  'google_compute_router',
  { name: 'router', network: 'vpc', bgp: [{ asn: 64_514 }] },
];
const CLUSTER: [string, State] = [
  'google_container_cluster',
  {
    name: 'c',
    network: 'vpc',
    subnetwork: 'nodes',
    deletion_protection: false,
    initial_node_count: 1,
    remove_default_node_pool: true,
    resource_labels: { a: 'b' },
    release_channel: [{ channel: 'STABLE' }],
    ip_allocation_policy: [
      { cluster_secondary_range_name: 'pods', services_secondary_range_name: 'services' },
    ],
    private_cluster_config: [{ enable_private_nodes: true, master_ipv4_cidr_block: '172.16.0.0/28' }],
    addons_config: [
      {
        http_load_balancing: [{ disabled: true }],
        gce_persistent_disk_csi_driver_config: [{ enabled: true }],
      },
    ],
    logging_config: [{ enable_components: ['SYSTEM_COMPONENTS'] }],
    monitoring_config: [
      { enable_components: ['SYSTEM_COMPONENTS'], managed_prometheus: [{ enabled: true }] },
    ],
    maintenance_policy: [{ daily_maintenance_window: [{ start_time: '03:00' }] }],
    vertical_pod_autoscaling: [{ enabled: true }],
    workload_identity_config: [{ workload_pool: 'p-prod.svc.id.goog' }],
  },
];
const ACCOUNT: [string, State] = ['google_service_account', { account_id: 'deployer', display_name: 'D' }];
const REPOSITORY: [string, State] = [
  'google_artifact_registry_repository',
  {
    repository_id: 'images',
    location: 'us-central1',
    format: 'docker',
    labels: { own: 'x' },
    cleanup_policies: [{ id: 'old', action: 'DELETE', condition: [{ older_than: '30d' }] }],
  },
];

/** Each type with what must stand before it. */
const CASES: Record<string, { before: [string, State][]; config: State }> = {
  google_compute_network: { before: [], config: NETWORK[1] },
  google_compute_subnetwork: { before: [NETWORK], config: SUBNET[1] },
  google_compute_router: { before: [NETWORK], config: ROUTER[1] },
  google_compute_router_nat: {
    before: [NETWORK, ROUTER],
    config: {
      name: 'nat',
      router: 'router',
      nat_ip_allocate_option: 'AUTO_ONLY',
      source_subnetwork_ip_ranges_to_nat: 'LIST_OF_SUBNETWORKS',
      subnetwork: [{ name: 'nodes', source_ip_ranges_to_nat: ['ALL_IP_RANGES'] }],
    },
  },
  google_container_cluster: { before: [NETWORK, SUBNET], config: CLUSTER[1] },
  google_container_node_pool: {
    before: [NETWORK, SUBNET, CLUSTER],
    config: {
      name: 'gpu',
      cluster: 'c',
      autoscaling: [{ min_node_count: 0, max_node_count: 4 }],
      node_config: [
        {
          machine_type: 'g2-standard-8',
          labels: { pool: 'gpu' },
          guest_accelerator: [{ type: 'nvidia-l4', count: 1 }],
          taint: [{ key: 'workload', value: 'gpu', effect: 'NO_SCHEDULE' }],
        },
      ],
    },
  },
  google_artifact_registry_repository: { before: [], config: REPOSITORY[1] },
  google_artifact_registry_repository_iam_member: {
    before: [REPOSITORY],
    config: { repository: 'images', role: 'roles/artifactregistry.reader', member: 'user:a@b.c' },
  },
  google_cloudbuild_worker_pool: { before: [NETWORK, RANGE, CONNECTION], config: POOL[1] },
  google_compute_global_address: { before: [NETWORK], config: RANGE[1] },
  google_service_networking_connection: { before: [NETWORK, RANGE], config: CONNECTION[1] },
  google_service_account: { before: [], config: ACCOUNT[1] },
  google_project_iam_member: {
    before: [],
    config: { project: 'p-prod', role: 'roles/viewer', member: 'user:a@b.c' },
  },
  google_service_account_iam_member: {
    before: [ACCOUNT],
    config: {
      service_account_id: 'projects/p-prod/serviceAccounts/deployer@p-prod.iam.gserviceaccount.com',
      role: 'roles/iam.workloadIdentityUser',
      member: 'user:a@b.c',
    },
  },
  google_project_service: { before: [], config: { service: 'container.googleapis.com' } },
  google_storage_bucket: {
    before: [],
    config: {
      name: 'p-prod-lake',
      location: 'us',
      versioning: [{ enabled: true }],
      lifecycle_rule: [{ action: [{ type: 'Delete' }], condition: [{ age: 30 }] }],
    },
  },
  google_secret_manager_secret: {
    before: [],
    config: { secret_id: 'token', labels: { own: 'x' }, replication: [{ auto: [{}] }] },
  },
};

it('has a case for every type', () => {
  expect(Object.keys(CASES).sort()).toEqual([...schemas().resources.keys()].sort());
  expect(Object.keys(MODELS).sort()).toEqual([...schemas().resources.keys()].sort());
});

describe.each(Object.entries(CASES))('%s', (name, { before, config }) => {
  let state: State;
  beforeEach(async () => {
    for (const [type, given] of before) await make(type, given);
    state = await make(name, config);
  });

  it('leaves nothing unknown once applied', () => {
    expect(hasUnknown(state)).toBe(false);
    expect(state['id']).toEqual(expect.any(String));
  });

  it('plans no change when read back', async () => {
    const have = await resources.read(typeOf(name), caller, state);
    expect(have).toEqual(state);
    const type = typeOf(name);
    const again = resources.plan(type, conform(type.schema.block, config), have, provider);
    expect(again.replace).toEqual([]);
    expect(equal(again.planned, have)).toBe(true);
  });

  it('is imported by its id as what it is', async () => {
    const id = importIdOf(name, state);
    const imported = resources.importState(typeOf(name), id, provider);
    const have = await resources.read(typeOf(name), caller, imported!);
    expect(have?.['id']).toBe(state['id']);
  });

  it('is gone after it was deleted, and deleting it again is no error', async () => {
    await resources.remove(typeOf(name), caller, state);
    expect(await resources.read(typeOf(name), caller, state)).toBeNull();
    await resources.remove(typeOf(name), caller, state);
  });
});

/** IAM members are imported with blanks between the parts; everything else by its id. */
function importIdOf(name: string, state: State): string {
  const id = text(state['id']);
  if (!name.endsWith('_iam_member')) return id;
  const role = text(state['role']);
  return `${id.slice(0, id.indexOf(`/${role}`))} ${role} ${text(state['member'])}`;
}

describe('the service refuses', () => {
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
    } catch (error) {
      return errorText(error);
    }
    return 'nothing was refused';
  };

  it('a second resource of the same name', async () => {
    await make(...NETWORK);
    expect(await refusal(make(...NETWORK))).toBe(
      "googleapi: Error 409: The resource 'projects/p-prod/global/networks/vpc' already exists, alreadyExists",
    );
  });

  it('a subnetwork whose network is not there', async () => {
    expect(await refusal(make(...SUBNET))).toBe(
      "googleapi: Error 404: The resource 'projects/p-prod/global/networks/vpc' was not found, notFound",
    );
  });

  it('a subnetwork whose ranges another one has', async () => {
    await make(...NETWORK);
    await make(...SUBNET);
    const other = { name: 'other', network: 'vpc', ip_cidr_range: '10.20.4.0/24' };
    expect(await refusal(make('google_compute_subnetwork', other))).toContain(
      "conflicts with existing subnetwork 'nodes'",
    );
  });

  it('to delete a network that is in use', async () => {
    const network = await make(...NETWORK);
    await make(...SUBNET);
    const text = await refusal(resources.remove(typeOf('google_compute_network'), caller, network));
    expect(text).toContain('is already being used by');
    expect(text).toContain('resourceInUseByAnotherResource');
  });

  it('to delete a protected cluster, before any call is made', async () => {
    await make(...NETWORK);
    await make(...SUBNET);
    const cluster = await make(CLUSTER[0], { ...CLUSTER[1], deletion_protection: true });
    expect(await refusal(resources.remove(typeOf(CLUSTER[0]), caller, cluster))).toContain(
      'deletion_protection',
    );
    expect(cloud.audit.list({ method: 'container.projects.locations.clusters.delete' })).toEqual([]);
  });

  it('a cluster whose secondary range the subnetwork does not have', async () => {
    await make(...NETWORK);
    await make(...SUBNET);
    const policy = [{ cluster_secondary_range_name: 'nope', services_secondary_range_name: 'services' }];
    expect(await refusal(make(CLUSTER[0], { ...CLUSTER[1], ip_allocation_policy: policy }))).toContain(
      '"nope"',
    );
  });
});

describe('private services access', () => {
  const NETWORK_NAME = 'compute.googleapis.com/projects/p-prod/global/networks/vpc';
  const bodyOf = (name: string) => cloud.resources.require(name).body;
  const addressOf = (name: string) =>
    bodyOf(`compute.googleapis.com/projects/p-prod/global/addresses/${name}`)['address'];
  let connection: State;
  beforeEach(async () => {
    await make(...NETWORK);
    await make(...SUBNET);
    await make(...RANGE);
    connection = await make(...CONNECTION);
  });
  const remove = (type: string, state: State) => resources.remove(typeOf(type), caller, state);
  const change = (type: string, config: State, prior: State) =>
    resources.update(typeOf(type), caller, planned(type, config, prior));

  it('is a peering of the network, which the network itself leaves alone', async () => {
    const peerings = [{ name: 'servicenetworking-googleapis-com', state: 'ACTIVE' }];
    expect(bodyOf(NETWORK_NAME)['peerings']).toMatchObject(peerings);
    const network = { ...NETWORK[1], routing_mode: 'GLOBAL' };
    const prior = await resources.read(typeOf(NETWORK[0]), caller, planned(...NETWORK));
    await change(NETWORK[0], network, prior!);
    expect(bodyOf(NETWORK_NAME)).toMatchObject({ routingConfig: { routingMode: 'GLOBAL' }, peerings });
    await remove(CONNECTION[0], connection);
    expect(bodyOf(NETWORK_NAME)).not.toHaveProperty('peerings');
  });

  it('reserves ranges that nothing else in the network has', async () => {
    await make(RANGE[0], { ...RANGE[1], name: 'large', prefix_length: 12 });
    await make(RANGE[0], { ...RANGE[1], name: 'small' });
    // 10.0.0.0/12 has the first range and the subnetwork in it, 10.16.0.0/12 the pods, 10.32.0.0/12 is free.
    expect(['pools', 'small', 'large'].map(addressOf)).toEqual(['10.0.0.0', '10.0.1.0', '10.32.0.0']);
    const clash = { ...RANGE[1], name: 'clash', address: '10.20.1.0' };
    await expect(make(RANGE[0], clash)).rejects.toThrow('overlaps 10.20.0.0/16');
    const inside = { name: 'late', network: 'vpc', ip_cidr_range: '10.0.0.128/25' };
    await expect(make(SUBNET[0], inside)).rejects.toThrow("conflicts with allocated range 'pools'");
  });

  it('comes before a worker pool and goes after it', async () => {
    const pool = await make(...POOL);
    await expect(remove(CONNECTION[0], connection)).rejects.toThrow('are still using this connection');
    await remove(POOL[0], pool);
    await remove(CONNECTION[0], connection);
    await expect(make(...POOL)).rejects.toThrow(
      'has no private connection to servicenetworking.googleapis.com',
    );
  });

  it('keeps the network from being deleted, also when Terraform forgot it', async () => {
    await remove(CONNECTION[0], { ...connection, deletion_policy: 'ABANDON' });
    for (const { name } of cloud.resources.list({ prefix: 'compute.googleapis.com/' }))
      if (!name.includes('/networks/')) cloud.resources.delete(name);
    const network = await resources.read(typeOf(NETWORK[0]), caller, planned(...NETWORK));
    await expect(remove(NETWORK[0], network!)).rejects.toThrow(
      "already being used by 'projects/p-prod/global/networks/vpc/networkPeerings/servicenetworking-googleapis-com'",
    );
  });

  it('is made again only with the ranges it had, unless told to change them', async () => {
    cloud.resources.update(NETWORK_NAME, (network) => ({ ...network, peerings: [] }));
    expect(await resources.read(typeOf(CONNECTION[0]), caller, connection)).toBeNull();
    await make(RANGE[0], { ...RANGE[1], name: 'more' });
    const other = { ...CONNECTION[1], reserved_peering_ranges: ['pools', 'more'] };
    await expect(make(CONNECTION[0], other)).rejects.toThrow('Cannot modify allocated ranges');
    connection = await make(...CONNECTION);
    connection = await change(CONNECTION[0], other, connection);
    expect(await resources.read(typeOf(CONNECTION[0]), caller, connection)).toEqual(connection);
    cloud.resources.update(NETWORK_NAME, (network) => ({ ...network, peerings: [] }));
    await make(CONNECTION[0], { ...CONNECTION[1], update_on_creation_fail: true });
  });

  it.each([
    [{ reserved_peering_ranges: ['none'] }, 'Reserved range "none" is no global address'],
    [{ network: 'vpc' }, 'does not say its project'],
    [{ network: 'projects/p-prod/global/networks/none' }, 'was not found'],
  ])('refuses %j', async (wrong, message) => {
    await remove(CONNECTION[0], connection);
    await expect(make(CONNECTION[0], { ...CONNECTION[1], ...wrong })).rejects.toThrow(message);
  });
});

it('keeps what names a worker pool when the pool is changed', async () => {
  for (const [type, config] of [NETWORK, RANGE, CONNECTION]) await make(type, config);
  const pool = await make(...POOL);
  const smaller = { ...POOL[1], worker_config: [{ machine_type: 'e2-medium', no_external_ip: true }] };
  await resources.update(typeOf(POOL[0]), caller, planned(POOL[0], smaller, pool));
  const path = 'projects/p-prod/locations/us-central1/workerPools/pool';
  expect(cloud.resources.require(`cloudbuild.googleapis.com/${path}`).body['name']).toBe(path);
});

describe('a cluster', () => {
  beforeEach(async () => {
    await make(...NETWORK);
    await make(...SUBNET);
  });

  it('has a Kubernetes API while it exists', async () => {
    const cluster = await make(...CLUSTER);
    expect([...clusters]).toEqual(['projects/p-prod/locations/us-central1/clusters/c']);
    await resources.remove(typeOf(CLUSTER[0]), caller, cluster);
    expect([...clusters]).toEqual([]);
  });

  it('has a default pool unless it is told to remove it', async () => {
    await make(CLUSTER[0], { ...CLUSTER[1], remove_default_node_pool: false });
    expect(cloud.resources.list({ assetType: 'container.googleapis.com/NodePool' })).toHaveLength(1);
  });

  it('takes its node pools with it', async () => {
    const cluster = await make(...CLUSTER);
    await make('google_container_node_pool', CASES['google_container_node_pool']!.config);
    await resources.remove(typeOf(CLUSTER[0]), caller, cluster);
    expect(cloud.resources.list({ prefix: 'container.googleapis.com/' })).toEqual([]);
  });
});

it('tells members of one role apart by their condition', async () => {
  const member = { project: 'p-prod', role: 'roles/viewer', member: 'user:a@b.c' };
  const always = await make('google_project_iam_member', member);
  const office = await make('google_project_iam_member', {
    ...member,
    condition: [{ title: 'office', expression: 'true' }],
  });
  await resources.remove(typeOf('google_project_iam_member'), caller, always);
  expect(await resources.read(typeOf('google_project_iam_member'), caller, office)).toEqual(
    expect.objectContaining({ condition: [{ title: 'office', description: '', expression: 'true' }] }),
  );
});

describe('an ordered fault', () => {
  const insert = { service: 'compute', method: 'compute.networks.insert' };

  it('refuses the call of one identity with the text that was ordered', async () => {
    cloud.faults.order({ ...insert, principal: PRINCIPAL, status: 403, message: "Required 'x' permission" });
    await expect(make(...NETWORK)).rejects.toThrow("Required 'x' permission");
    expect(cloud.resources.list()).toEqual([]);
    expect(cloud.audit.list({ method: 'compute.networks.insert' })).toMatchObject([
      { principal: PRINCIPAL, status: 403, path: '/compute/v1/projects/p-prod/global/networks/vpc' },
    ]);
  });

  it('that passes is outlived by trying again', async () => {
    cloud.faults.order({ ...insert, status: 503, times: 2 });
    expect((await make(...NETWORK))['name']).toBe('vpc');
    expect(cloud.audit.list({ method: 'compute.networks.insert' }).map(({ status }) => status)).toEqual([
      503, 503, 200,
    ]);
  });

  it('that loses the answer leaves the resource behind', async () => {
    cloud.faults.order({ ...insert, loseAnswer: true, times: 1 });
    await expect(make(...NETWORK)).rejects.toThrow('unexpected EOF');
    expect(cloud.resources.list()).toHaveLength(1);
  });

  it('on a read is not taken for an absence', async () => {
    const network = await make(...NETWORK);
    cloud.faults.order({ service: 'compute', method: 'compute.networks.get', status: 403 });
    await expect(resources.read(typeOf('google_compute_network'), caller, network)).rejects.toThrow();
  });
});
