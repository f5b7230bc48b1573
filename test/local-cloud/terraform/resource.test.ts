/** Every resource type against the store: made, read back, planned again, refused, deleted. */
import { beforeEach, describe, expect, it } from 'vitest';
import { auditedMethod } from '../../../local-cloud/logging/audit-methods.ts';
import { logEntries } from '../../../local-cloud/logging/entries.ts';
import { errorText } from '../../../local-cloud/terraform/api.ts';
import { MODELS } from '../../../local-cloud/terraform/models/index.ts';
import { equal } from '../../../local-cloud/terraform/plan.ts';
import { schemas } from '../../../local-cloud/terraform/schema.ts';
import { hasUnknown, text, type State } from '../../../local-cloud/terraform/values.ts';
import { bareProvider, PRINCIPAL, type BareProvider } from './bare-provider.ts';
import { CASES, CLUSTER, CONNECTION, NETWORK, POOL, RANGE, SUBNET } from './examples.ts';

let tf: BareProvider;
beforeEach(() => {
  tf = bareProvider();
});

it('has a case for every type', () => {
  expect(Object.keys(CASES).sort()).toEqual([...schemas().resources.keys()].sort());
  expect(Object.keys(MODELS).sort()).toEqual([...schemas().resources.keys()].sort());
});

describe.each(Object.entries(CASES))('%s', (name, { before, config }) => {
  let state: State;
  beforeEach(async () => {
    for (const [type, given] of before) await tf.make(type, given);
    state = await tf.make(name, config);
  });

  it('leaves nothing unknown once applied', () => {
    expect(hasUnknown(state)).toBe(false);
    expect(state['id']).toEqual(expect.any(String));
  });

  it('plans no change when read back', async () => {
    const have = await tf.read(name, state);
    expect(have).toEqual(state);
    const again = tf.plan(name, config, have);
    expect(again.replace).toEqual([]);
    expect(equal(again.planned, have)).toBe(true);
  });

  it('is imported by its id as what it is', async () => {
    const id = importIdOf(name, state);
    const imported = tf.named(name, id);
    const have = await tf.read(name, imported!);
    expect(have?.['id']).toBe(state['id']);
  });

  it('leaves in the audit log that it was made and taken away, and by whom', async () => {
    await tf.remove(name, state);
    const told = logEntries(tf.cloud)
      .list()
      .filter(({ operation }) => operation?.last !== true)
      .map(({ protoPayload }) => protoPayload);
    const { create, delete: remove } = MODELS[name]!.methods;
    const methods = [create, remove].map((id) => auditedMethod(id, 'POST')?.name);
    const ours = told.filter((payload) => methods.includes(String(payload?.['methodName'])));
    expect(ours.length).toBeGreaterThanOrEqual(2);
    expect(ours.at(-1)).toMatchObject({
      authenticationInfo: { principalEmail: PRINCIPAL },
      methodName: methods[1],
      resourceName: expect.stringMatching(/^(projects|services)\/./) as unknown,
    });
  });

  it('is gone after it was deleted, and deleting it again is no error', async () => {
    await tf.remove(name, state);
    expect(await tf.read(name, state)).toBeNull();
    await tf.remove(name, state);
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
    await tf.make(...NETWORK);
    expect(await refusal(tf.make(...NETWORK))).toBe(
      "googleapi: Error 409: The resource 'projects/p-prod/global/networks/vpc' already exists, alreadyExists",
    );
  });

  it('a subnetwork whose network is not there', async () => {
    expect(await refusal(tf.make(...SUBNET))).toBe(
      "googleapi: Error 404: The resource 'projects/p-prod/global/networks/vpc' was not found, notFound",
    );
  });

  it('a subnetwork whose ranges another one has', async () => {
    await tf.make(...NETWORK);
    await tf.make(...SUBNET);
    const other = { name: 'other', network: 'vpc', ip_cidr_range: '10.20.4.0/24' };
    expect(await refusal(tf.make('google_compute_subnetwork', other))).toContain(
      "conflicts with existing subnetwork 'nodes'",
    );
  });

  it('to delete a network that is in use', async () => {
    const network = await tf.make(...NETWORK);
    await tf.make(...SUBNET);
    const text = await refusal(tf.remove('google_compute_network', network));
    expect(text).toContain('is already being used by');
    expect(text).toContain('resourceInUseByAnotherResource');
  });

  it('to delete a protected cluster, before any call is made', async () => {
    await tf.make(...NETWORK);
    await tf.make(...SUBNET);
    const cluster = await tf.make(CLUSTER[0], { ...CLUSTER[1], deletion_protection: true });
    expect(await refusal(tf.remove(CLUSTER[0], cluster))).toContain('deletion_protection');
    expect(tf.cloud.audit.list({ method: 'container.projects.locations.clusters.delete' })).toEqual([]);
  });

  it('a cluster whose secondary range the subnetwork does not have', async () => {
    await tf.make(...NETWORK);
    await tf.make(...SUBNET);
    const policy = [{ cluster_secondary_range_name: 'nope', services_secondary_range_name: 'services' }];
    expect(await refusal(tf.make(CLUSTER[0], { ...CLUSTER[1], ip_allocation_policy: policy }))).toContain(
      '"nope"',
    );
  });
});

it('keeps what names a worker pool when the pool is changed', async () => {
  for (const [type, config] of [NETWORK, RANGE, CONNECTION]) await tf.make(type, config);
  const pool = await tf.make(...POOL);
  const smaller = { ...POOL[1], worker_config: [{ machine_type: 'e2-medium', no_external_ip: true }] };
  await tf.change(POOL[0], smaller, pool);
  const path = 'projects/p-prod/locations/us-central1/workerPools/pool';
  expect(tf.cloud.resources.require(`cloudbuild.googleapis.com/${path}`).body['name']).toBe(path);
});

describe('a cluster', () => {
  beforeEach(async () => {
    await tf.make(...NETWORK);
    await tf.make(...SUBNET);
  });

  it('has a Kubernetes API while it exists', async () => {
    const cluster = await tf.make(...CLUSTER);
    expect([...tf.clusters]).toEqual(['projects/p-prod/locations/us-central1/clusters/c']);
    await tf.remove(CLUSTER[0], cluster);
    expect([...tf.clusters]).toEqual([]);
  });

  it('has a default pool unless it is told to remove it', async () => {
    await tf.make(CLUSTER[0], { ...CLUSTER[1], remove_default_node_pool: false });
    expect(tf.cloud.resources.list({ assetType: 'container.googleapis.com/NodePool' })).toHaveLength(1);
  });

  it('takes its node pools with it', async () => {
    const cluster = await tf.make(...CLUSTER);
    await tf.make('google_container_node_pool', CASES['google_container_node_pool']!.config);
    await tf.remove(CLUSTER[0], cluster);
    expect(tf.cloud.resources.list({ prefix: 'container.googleapis.com/' })).toEqual([]);
  });
});

it('tells members of one role apart by their condition', async () => {
  const member = { project: 'p-prod', role: 'roles/viewer', member: 'user:a@b.c' };
  const always = await tf.make('google_project_iam_member', member);
  const office = await tf.make('google_project_iam_member', {
    ...member,
    condition: [{ title: 'office', expression: 'true' }],
  });
  await tf.remove('google_project_iam_member', always);
  expect(await tf.read('google_project_iam_member', office)).toEqual(
    expect.objectContaining({ condition: [{ title: 'office', description: '', expression: 'true' }] }),
  );
});

describe('an ordered fault', () => {
  const insert = { service: 'compute', method: 'compute.networks.insert' };

  it('refuses the call of one identity with the text that was ordered', async () => {
    tf.cloud.faults.order({
      ...insert,
      principal: PRINCIPAL,
      status: 403,
      message: "Required 'x' permission",
    });
    await expect(tf.make(...NETWORK)).rejects.toThrow("Required 'x' permission");
    expect(tf.cloud.resources.list()).toEqual([]);
    expect(tf.cloud.audit.list({ method: 'compute.networks.insert' })).toMatchObject([
      { principal: PRINCIPAL, status: 403, path: '/compute/v1/projects/p-prod/global/networks/vpc' },
    ]);
  });

  it('that passes is outlived by trying again', async () => {
    tf.cloud.faults.order({ ...insert, status: 503, times: 2 });
    expect((await tf.make(...NETWORK))['name']).toBe('vpc');
    expect(tf.cloud.audit.list({ method: 'compute.networks.insert' }).map(({ status }) => status)).toEqual([
      503, 503, 200,
    ]);
  });

  it('that loses the answer leaves the resource behind', async () => {
    tf.cloud.faults.order({ ...insert, loseAnswer: true, times: 1 });
    await expect(tf.make(...NETWORK)).rejects.toThrow('unexpected EOF');
    expect(tf.cloud.resources.list()).toHaveLength(1);
    expect(logEntries(tf.cloud).list()).toHaveLength(1);
  });

  it('on a read is not taken for an absence', async () => {
    const network = await tf.make(...NETWORK);
    tf.cloud.faults.order({ service: 'compute', method: 'compute.networks.get', status: 403 });
    await expect(tf.read('google_compute_network', network)).rejects.toThrow();
  });
});

it('tells the log whom the step ran as, when it acts as another account', async () => {
  const step = 'plumbline-terraform@p.iam.gserviceaccount.com';
  const impersonating = bareProvider(step);
  await impersonating.make(...NETWORK);
  expect(logEntries(impersonating.cloud).list()[0]?.protoPayload).toMatchObject({
    authenticationInfo: {
      principalEmail: PRINCIPAL,
      serviceAccountDelegationInfo: [{ firstPartyPrincipal: { principalEmail: step } }],
    },
    requestMetadata: { callerSuppliedUserAgent: expect.stringContaining('Terraform/') as unknown },
  });
});
