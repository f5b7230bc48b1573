/**
 * Real gcloud against the services: the one proof that our paths, fields and operations are those its commands expect.
 * One suite and few commands, because each costs gcloud's start of half a second to a second.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudAssetService } from '../../local-cloud/cloudasset/service.ts';
import { computeService } from '../../local-cloud/compute/service.ts';
import { containerService } from '../../local-cloud/container/service.ts';
import { iamCredentialsService } from '../../local-cloud/iamcredentials/service.ts';
import { loggingService } from '../../local-cloud/logging/service.ts';
import { iamService } from '../../local-cloud/iam/service.ts';
import { pubsubService } from '../../local-cloud/pubsub/service.ts';
import { runService } from '../../local-cloud/run/service.ts';
import { secretManagerService } from '../../local-cloud/secretmanager/service.ts';
import { bareCloud, type BareCloud } from '../support/bare-cloud.ts';
import { putTenant } from '../support/tenant-resources.ts';
import { describeWith } from '../support/tools.ts';

const SERVICES = [
  computeService,
  containerService,
  cloudAssetService,
  iamService,
  iamCredentialsService,
  secretManagerService,
  runService,
  loggingService,
  pubsubService,
];

describeWith('gcloud', 'gcloud against the local cloud', (gcloud) => {
  let local: BareCloud;
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const run = async (...args: string[]) => (await promisify(execFile)(gcloud, args, { env })).stdout;
  const json = async (...args: string[]) => JSON.parse(await run(...args, '--format=json')) as unknown;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumb-gcloud-'));
    const images = [{ image: 'gcr.io/acme-prod/job', entrypoint: [process.execPath, '-e', '0'] }];
    local = await bareCloud(SERVICES, { speed: 1000, dataDir: folder, images });
    putTenant(local.cloud);
    writeFileSync(join(folder, 'token'), 'a-person');
    const { endpoints } = local.cloud;
    const override = (service: string) => `CLOUDSDK_API_ENDPOINT_OVERRIDES_${service.toUpperCase()}`;
    env = {
      PATH: process.env['PATH'],
      HOME: folder,
      CLOUDSDK_CONFIG: folder,
      CLOUDSDK_CORE_PROJECT: 'acme-prod',
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: join(folder, 'token'),
      KUBECONFIG: join(folder, 'kubeconfig'),
      ...Object.fromEntries(
        Object.entries(endpoints).map(([service, url]) => [override(service), `${url}/`]),
      ),
      // gcloud puts the region before Cloud Run's host, which no loopback address survives; a proxy never resolves it.
      [override('run')]: 'http://run.local.test/',
      HTTP_PROXY: endpoints['run'],
      NO_PROXY: '127.0.0.1',
      // The only one whose generated client has the path in its base.
      [override('compute')]: `${endpoints['compute'] ?? ''}/compute/v1/`,
    };
  });
  afterAll(async () => {
    await local.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lists clusters and writes a kubeconfig for the DNS endpoint', async () => {
    expect(await json('container', 'clusters', 'list')).toMatchObject([{ name: 'acme', status: 'RUNNING' }]);
    await run('container', 'clusters', 'get-credentials', 'acme', '--region=us-central1', '--dns-endpoint');
    expect(readFileSync(join(folder, 'kubeconfig'), 'utf8')).toContain('server: https://127.0.0.1:6443');
  });

  it('raises a node pool maximum', async () => {
    // Without --async gcloud sleeps five seconds before it asks for the operation again.
    const where = ['--cluster=acme', '--region=us-central1'];
    await run(
      'container',
      'node-pools',
      'update',
      'gpu',
      ...where,
      '--enable-autoscaling',
      '--min-nodes=0',
      '--max-nodes=8',
      '--async',
    );
    expect(await json('container', 'node-pools', 'describe', 'gpu', ...where)).toMatchObject({
      autoscaling: { enabled: true, maxNodeCount: 8 },
    });
  });

  it('deletes a NAT and leaves the router', async () => {
    const where = ['--router=acme-router', '--region=us-central1'];
    expect(await json('compute', 'routers', 'nats', 'list', ...where)).toMatchObject([{ name: 'acme-nat' }]);
    await run('compute', 'routers', 'nats', 'delete', 'acme-nat', ...where);
    const router = local.cloud.resources.require(
      'compute.googleapis.com/projects/acme-prod/regions/us-central1/routers/acme-router',
    );
    expect(router.body).toMatchObject({ name: 'acme-router', nats: [] });
  });

  it('reads in the audit log who deleted the NAT, and with what', async () => {
    const filter =
      'log_id("cloudaudit.googleapis.com/activity") AND protoPayload.methodName="v1.compute.routers.patch" AND operation.first=true';
    const read = ['logging', 'read', filter, '--freshness=1h', '--order=asc'];
    expect(await json(...read)).toMatchObject([
      {
        protoPayload: {
          authenticationInfo: { principalEmail: 'developer' },
          resourceName: 'projects/acme-prod/regions/us-central1/routers/acme-router',
          requestMetadata: {
            callerSuppliedUserAgent: expect.stringContaining(
              'command/gcloud.compute.routers.nats.delete',
            ) as unknown,
          },
        },
      },
    ]);
  });

  it('shows the nodes of the cluster and its firewall rules, and opens one more', async () => {
    const nodes = (await json(
      'compute',
      'instances',
      'list',
      '--filter=labels.goog-k8s-node-pool-name=cpu',
    )) as unknown[];
    expect(nodes).toHaveLength(3);
    await run('compute', 'firewall-rules', 'create', 'open-ssh', '--network=acme-vpc', '--allow=tcp:22');
    const rules = (await json('compute', 'firewall-rules', 'list')) as { name: string }[];
    expect(rules.map(({ name }) => name)).toContain('open-ssh');
    expect(rules).toHaveLength(5);
  });

  it('lists assets with their bodies', async () => {
    const kinds = '--asset-types=container.googleapis.com/NodePool';
    expect(await json('asset', 'list', '--folder=1000', '--content-type=resource', kinds)).toMatchObject([
      { resource: { data: { name: 'cpu' } } },
      { resource: { data: { name: 'gpu' } } },
    ]);
  });

  it('keeps a secret', async () => {
    writeFileSync(join(folder, 'payload'), 's3cret');
    await run(
      'secrets',
      'create',
      'key',
      `--data-file=${join(folder, 'payload')}`,
      '--replication-policy=automatic',
    );
    expect(await run('secrets', 'versions', 'access', 'latest', '--secret=key')).toBe('s3cret');
  });

  it('publishes to a topic, pulls from a subscription and acknowledges', async () => {
    // A lease is over within a few milliseconds on the fast clock.
    local.cloud.clock.setSpeed(1);
    const project = '/v1/projects/acme-prod';
    await local.call('pubsub', 'PUT', `${project}/topics/drift`, {});
    const subscription = `${project}/subscriptions/team`;
    await local.call('pubsub', 'PUT', subscription, { topic: 'projects/acme-prod/topics/drift' });
    await run('pubsub', 'topics', 'publish', 'drift', '--message=NAT is gone', '--attribute=tenant=acme');
    expect(await json('pubsub', 'subscriptions', 'pull', 'team', '--auto-ack')).toMatchObject([
      { message: { data: Buffer.from('NAT is gone').toString('base64'), attributes: { tenant: 'acme' } } },
    ]);
    await local.cloud.clock.advance(60_000);
    const again = { maxMessages: 1, returnImmediately: true };
    expect((await local.call('pubsub', 'POST', `${subscription}:pull`, again)).body).toEqual({});
    local.cloud.clock.setSpeed(1000);
  });

  it('makes a Cloud Run job and waits for its execution', async () => {
    const region = '--region=us-central1';
    await run('run', 'jobs', 'create', 'once', '--image=gcr.io/acme-prod/job', '--tasks=2', region);
    expect(await json('run', 'jobs', 'execute', 'once', '--wait', region)).toMatchObject({
      status: { succeededCount: 2 },
    });
  });

  it('acts as a service account', async () => {
    const account = 'acme-deploy@acme-prod.iam.gserviceaccount.com';
    await run('compute', 'networks', 'list', `--impersonate-service-account=${account}`);
    expect(local.cloud.audit.list({ method: 'compute.networks.list' }).at(-1)?.principal).toBe(account);
  });
});
