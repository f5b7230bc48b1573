/** The tenant root under real Terraform: made, unchanged, drifted, healed, destroyed; and what failure looks like. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../local-cloud/start.ts';
import { expect as wantsOf } from '../../reconciler/expect.ts';
import type { Import } from '../../reconciler/model.ts';
import { adoptionDetail, importsOf } from '../../reconciler/policy/adoption.ts';
import { newCloud } from '../support/cloud.ts';
import { directive } from '../support/plans.ts';
import { tenant } from '../support/records.ts';
import { describeWith } from '../support/tools.ts';
import { execute, workspace, type Workspace } from './cli.ts';

const project = 'tf-acme-prod';
const region = 'us-central1';
const principal = `plumbline-infra@${project}.iam.gserviceaccount.com`;

const vars = {
  tenant: 'acme',
  project,
  region,
  infra_identity: principal,
  network: { subnet_range: '10.10.0.0/20', pods_range: '10.20.0.0/16', services_range: '10.30.0.0/20' },
  cluster: {
    control_plane_range: '172.16.0.0/28',
    node_pools: {
      cpu: { machine_type: 'e2-standard-4', min: 1, max: 3 },
      gpu: {
        machine_type: 'g2-standard-8',
        min: 0,
        max: 4,
        accelerator: { type: 'nvidia-l4', count: 1 },
        labels: { pool: 'gpu' },
        taints: [{ key: 'workload', value: 'gpu', effect: 'NO_SCHEDULE' }],
      },
    },
  },
  worker_pool: {},
};

const NETWORK = `compute.googleapis.com/projects/${project}/global/networks/acme-vpc`;
const POOLS_RANGE = `compute.googleapis.com/projects/${project}/global/addresses/acme-pools`;
const ROUTER = `compute.googleapis.com/projects/${project}/regions/${region}/routers/acme-router`;
const CLUSTER = `container.googleapis.com/projects/${project}/locations/${region}/clusters/acme`;
const CPU_POOL = `${CLUSTER}/nodePools/cpu`;
const WORKER_POOL = `cloudbuild.googleapis.com/projects/${project}/locations/${region}/workerPools/acme-pool`;

/** What a run that adopts this whole environment is told to take over. */
function importsOfAll(): Import[] {
  const record = tenant('acme', (written) => {
    written.spec.project = project;
  });
  const wants = wantsOf(record, null);
  const standing = wants.map(({ id }) => id);
  const detail = adoptionDetail({ tenant: 'acme', generation: 1, standing, accepted: [] });
  return importsOf(directive({ kind: 'adoption', detail }), wants, []);
}

describeWith('terraform', 'the Terraform files', (terraform) => {
  it('are formatted', async () => {
    const { code, stdout } = await execute(
      terraform,
      ['fmt', '-check', '-recursive', 'terraform'],
      join(import.meta.dirname, '..', '..'),
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

describeWith('terraform', 'the tenant root', (terraform) => {
  let running: RunningCloud;
  let tf: Workspace;

  beforeAll(async () => {
    running = await newCloud({ speed: 10_000 });
  });
  afterAll(() => running.close());

  describe('with its state in a bucket', () => {
    beforeAll(async () => {
      running.cloud.resources.create({
        name: 'storage.googleapis.com/tf-states',
        assetType: 'storage.googleapis.com/Bucket',
        project: 'plumbline-platform',
        location: 'us',
        body: { name: 'tf-states' },
      });
      tf = await workspace(terraform, running, {
        root: 'tenant/gcp',
        vars,
        principal: 'builder@x',
        bucket: 'tf-states',
      });
    });
    afterAll(() => tf.close());

    // One life in order: each step stands on the one before, and a whole one takes a second or two.
    it('is made whole, with what the pass needs as outputs', async () => {
      const init = ['-backend-config=bucket=tf-states', '-backend-config=prefix=tenants/acme'];
      expect(await tf.run('init', ...init)).toMatchObject({ code: 0 });
      expect(await tf.run('apply', '-auto-approve')).toMatchObject({ code: 0, stderr: '' });
      const { stdout } = await tf.run('output', '-json');
      const outputs = JSON.parse(stdout) as Record<string, { value: string }>;
      expect(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]))).toEqual({
        cluster_endpoint: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
        cluster_location: region,
        cluster_name: 'acme',
        deploy_identity: `acme-deploy@${project}.iam.gserviceaccount.com`,
        network: `projects/${project}/global/networks/acme-vpc`,
        nodes_identity: `acme-nodes@${project}.iam.gserviceaccount.com`,
        registry_url: `us-central1-docker.pkg.dev/${project}/acme`,
        subnetwork: `projects/${project}/regions/us-central1/subnetworks/acme-nodes`,
        worker_pool: `projects/${project}/locations/us-central1/workerPools/acme-pool`,
      });
    });

    it('has REST bodies as the owning APIs answer them', () => {
      const body = (name: string) => running.cloud.resources.require(name).body;
      expect(body(CLUSTER)).toMatchObject({
        status: 'RUNNING',
        network: 'acme-vpc',
        releaseChannel: { channel: 'REGULAR' },
        resourceLabels: { 'plumbline-managed': 'true', 'plumbline-tenant': 'acme' },
        privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: '172.16.0.0/28' },
        controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: true } },
      });
      expect(body(`${CLUSTER}/nodePools/gpu`)).toMatchObject({
        autoscaling: { enabled: true, minNodeCount: 0, maxNodeCount: 4 },
        config: {
          labels: { pool: 'gpu' },
          taints: [{ key: 'workload', value: 'gpu', effect: 'NO_SCHEDULE' }],
          accelerators: [{ acceleratorType: 'nvidia-l4', acceleratorCount: '1' }],
        },
      });
      expect(body(ROUTER)['nats']).toMatchObject([{ name: 'acme-nat', minPortsPerVm: 64 }]);
      expect(body(WORKER_POOL)).toMatchObject({
        state: 'RUNNING',
        privatePoolV1Config: { networkConfig: { egressOption: 'NO_PUBLIC_EGRESS' } },
      });
      expect(body(POOLS_RANGE)).toMatchObject({
        purpose: 'VPC_PEERING',
        addressType: 'INTERNAL',
        address: '10.0.0.0',
        prefixLength: 24,
        labels: { 'plumbline-managed': 'true', 'plumbline-tenant': 'acme' },
      });
      expect(body(NETWORK)['peerings']).toMatchObject([
        { name: 'servicenetworking-googleapis-com', state: 'ACTIVE' },
      ]);
    });

    it('acts as the impersonated identity', () => {
      const made = running.cloud.audit.list({ method: 'container.projects.locations.clusters.create' });
      expect(made).toMatchObject([{ principal, status: 200 }]);
    });

    it('plans nothing when nothing changed', async () => {
      expect(await tf.run('plan', '-detailed-exitcode')).toMatchObject({ code: 0 });
    });

    it('sees drift made through the APIs, and nothing else', async () => {
      const { resources } = running.cloud;
      resources.update(ROUTER, (router) => ({ ...router, nats: [] }));
      resources.update(CPU_POOL, (pool) => ({
        ...pool,
        autoscaling: { enabled: true, minNodeCount: 1, maxNodeCount: 8 },
      }));
      resources.delete(WORKER_POOL);
      resources.update(NETWORK, (network) => ({ ...network, peerings: [] }));
      expect(await tf.run('plan', '-detailed-exitcode', '-out=drift')).toMatchObject({ code: 2 });
      const { stdout } = await tf.run('show', '-json', 'drift');
      const plan = JSON.parse(stdout) as {
        resource_changes: { address: string; change: { actions: string[] } }[];
      };
      const changes = plan.resource_changes
        .filter(({ change }) => change.actions.join() !== 'no-op')
        .map(({ address, change }) => `${change.actions.join()} ${address}`);
      expect(changes.sort()).toEqual([
        'create module.build_pool.google_cloudbuild_worker_pool.pool',
        'create module.build_pool.google_service_networking_connection.services',
        'create module.network.google_compute_router_nat.nat',
        'update module.cluster.google_container_node_pool.pools["cpu"]',
      ]);
    });

    it('heals it', async () => {
      expect(await tf.run('apply', 'drift')).toMatchObject({ code: 0 });
      expect(await tf.run('plan', '-detailed-exitcode')).toMatchObject({ code: 0 });
      expect(running.cloud.resources.require(CPU_POOL).body['autoscaling']).toMatchObject({
        maxNodeCount: 3,
      });
    });

    it('can be taken over by a state that knows nothing of it: nothing is replaced, and only grants are made', async () => {
      const other = await workspace(terraform, running, { root: 'tenant/gcp', vars, principal });
      try {
        writeFileSync(join(other.folder, 'imports.tf.json'), JSON.stringify({ import: importsOfAll() }));
        expect(await other.run('init')).toMatchObject({ code: 0 });
        expect(await other.run('plan', '-out=adoption')).toMatchObject({ code: 0, stderr: '' });
        const { stdout } = await other.run('show', '-json', 'adoption');
        const plan = JSON.parse(stdout) as {
          resource_changes: { address: string; change: { actions: string[]; importing?: object } }[];
        };
        const imported = plan.resource_changes.filter(({ change }) => change.importing !== undefined);
        expect(imported.map(({ address }) => address).sort()).toEqual(
          importsOfAll()
            .map(({ to }) => to)
            .sort(),
        );
        expect(
          imported.filter(
            ({ change }) => change.actions.join() !== 'no-op' && change.actions.join() !== 'update',
          ),
        ).toEqual([]);
        const made = plan.resource_changes.filter(({ change }) => change.actions.includes('create'));
        expect(made.filter(({ address }) => !address.includes('_iam_member.'))).toEqual([]);
      } finally {
        await other.close();
      }
    });

    it('leaves nothing behind when it is destroyed', async () => {
      expect(await tf.run('destroy', '-auto-approve')).toMatchObject({ code: 0, stderr: '' });
      expect(running.cloud.resources.list({ project })).toEqual([]);
      expect(running.cloud.kubernetes.list()).toEqual([]);
    });
  });

  describe('when something goes wrong', () => {
    beforeEach(async () => {
      tf = await workspace(terraform, running, { root: 'tenant/gcp', vars, principal });
      expect(await tf.run('init')).toMatchObject({ code: 0 });
    });
    afterEach(async () => {
      running.cloud.faults.clear();
      await tf.run('destroy', '-auto-approve');
      await tf.close();
    });

    it('says what the API said, keeps what was made, and goes on from there', async () => {
      running.cloud.faults.order({
        service: 'compute',
        method: 'compute.routers.insert',
        contains: project,
        status: 403,
        message: "Required 'compute.routers.create' permission for 'projects/x'",
      });
      const failed = await tf.run('apply', '-auto-approve', '-no-color');
      expect(failed.code).toBe(1);
      expect(failed.stderr.replaceAll(/\s*│?\s+/g, ' ')).toContain(
        "Error: Error creating Router: googleapi: Error 403: Required 'compute.routers.create' permission",
      );
      running.cloud.faults.clear();
      expect(await tf.run('apply', '-auto-approve')).toMatchObject({ code: 0 });
    });

    it('refuses values the variables do not allow, by name', async () => {
      const { code, stderr } = await tf.run('plan', '-no-color', '-var=region=moon');
      expect(code).toBe(1);
      expect(stderr).toContain('region must be a region, e.g. us-central1.');
    });
  });
});
