/** The life of a build: queued, working, over; what ends it early takes all its processes along. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUILDS, buildCloud, LOCATION, PROJECT, shell, type BuildCloud, type Built } from './builds.ts';

let builds: BuildCloud;
beforeAll(async () => {
  builds = await buildCloud();
});
afterAll(() => builds.close());

/** A step that starts a child, tells both process ids, and would run for ever. */
const tree = (file: string) => shell(`sleep 600 & echo $! > ${file}; echo $$ >> ${file}; wait`);

async function pidsIn(file: string): Promise<number[]> {
  for (;;) {
    const pids = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
    if (pids.length === 2) return pids;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A killed process whose parent has not asked after it yet is a zombie.
  return !/^State:\s+Z/m.test(
    existsSync(`/proc/${String(pid)}`) ? readFileSync(`/proc/${String(pid)}/status`, 'utf8') : '',
  );
}

const areGone = async (pids: readonly number[]): Promise<void> => {
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
};

const HOUR = 3_600_000;
/** At this cloud's speed a limit of N seconds is N thousand seconds of cloud time. */
const SPEED = 1000;

describe('a build', () => {
  it('is QUEUED when it is created and goes through WORKING to SUCCESS by itself', async () => {
    const own = await buildCloud({ speed: 0 });
    const { body } = await own.create({ steps: [shell('true')], tags: ['a'] });
    const { build } = body['metadata'] as { build: Built };
    expect(build).toMatchObject({ status: 'QUEUED', tags: ['a'], timeout: '3600s', queueTtl: '3600s' });
    expect(build.name).toMatch(/^projects\/\d+\/locations\/us-central1\/builds\/[0-9a-f-]{36}$/);
    await own.cloud.clock.advance(999);
    expect((await own.get(build.id)).status).toBe('QUEUED');
    await own.cloud.clock.advance(1);
    expect((await own.get(build.id)).status).toBe('WORKING');
    expect((await own.wait(build.id)).finishTime).toBeDefined();
    await own.close();
  });

  it('is an operation that ends with the build or with an error', async () => {
    const good = await builds.create({ steps: [shell('true')] });
    const bad = await builds.create({ steps: [shell('false')] });
    for (const { body } of [good, bad]) {
      await builds.wait((body['metadata'] as { build: Built }).build.id);
    }
    const name = String(good.body['name']);
    expect(name).toMatch(/^operations\/build\/acme-prod\/[A-Za-z0-9]+$/);
    expect((await builds.call('cloudbuild', 'GET', `/v1/${name}`)).body).toMatchObject({
      done: true,
      response: { status: 'SUCCESS' },
    });
    const regional = `/v1/projects/acme-prod/locations/us-central1/operations/${String(bad.body['name']).split('/').at(-1)!}`;
    expect((await builds.call('cloudbuild', 'GET', regional)).body).toMatchObject({
      done: true,
      error: { code: 2 },
      metadata: { build: { status: 'FAILURE' } },
    });
  });

  it('is killed with every process it started when its time is over', async () => {
    const file = join(builds.dataDir, 'timeout');
    const id = await builds.start({ steps: [tree(file)], timeout: '60s' });
    const pids = await pidsIn(file);
    await builds.cloud.clock.advance(60_000 * SPEED);
    const build = await builds.wait(id);
    expect(build).toMatchObject({ status: 'TIMEOUT', steps: [{ status: 'CANCELLED' }] });
    await areGone(pids);
  });

  it('fails when the time of one step is over', async () => {
    const file = join(builds.dataDir, 'step-timeout');
    const id = await builds.start({ steps: [{ ...tree(file), timeout: '10s' }] });
    const pids = await pidsIn(file);
    await builds.cloud.clock.advance(10_000 * SPEED);
    const build = await builds.wait(id);
    expect(build).toMatchObject({ status: 'FAILURE', steps: [{ status: 'TIMEOUT' }] });
    expect(build.statusDetail).toContain('step timed out after 10s');
    await areGone(pids);
  });

  it('is CANCELLED at once when asked, its processes a moment later, and only once', async () => {
    const file = join(builds.dataDir, 'cancel');
    const id = await builds.start({ steps: [tree(file)] });
    const pids = await pidsIn(file);
    const { body } = await builds.call('cloudbuild', 'POST', `${BUILDS}/${id}:cancel`, {});
    expect(body).toMatchObject({ id, status: 'CANCELLED' });
    await areGone(pids);
    const again = await builds.call('cloudbuild', 'POST', `${BUILDS}/${id}:cancel`, {});
    expect(again).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
  });

  it('is CANCELLED through its operation too', async () => {
    const file = join(builds.dataDir, 'cancel-operation');
    const { body } = await builds.create({ steps: [tree(file)] });
    const pids = await pidsIn(file);
    const { build } = body['metadata'] as { build: Built };
    const cancel = () => builds.call('cloudbuild', 'POST', `/v1/${String(body['name'])}:cancel`, {});
    expect(await cancel()).toMatchObject({ status: 200, body: {} });
    expect((await builds.wait(build.id)).status).toBe('CANCELLED');
    await areGone(pids);
    expect((await cancel()).status).toBe(400);
    const other = await builds.call(
      'cloudbuild',
      'POST',
      `/v1/operations/build/${PROJECT}/bm9uZQ==:cancel`,
      {},
    );
    expect(other.status).toBe(404);
  });

  it('leaves no process behind when a step ends but its child does not', async () => {
    const file = join(builds.dataDir, 'daemon');
    const build = await builds.run({ steps: [shell(`sleep 600 & echo $! > ${file}; echo x >> ${file}`)] });
    expect(build.status).toBe('SUCCESS');
    await areGone([Number(readFileSync(file, 'utf8').split('\n')[0])]);
  });

  it('ends with the cloud', async () => {
    const own = await buildCloud();
    const file = join(builds.dataDir, 'close');
    await own.start({ steps: [tree(file)] });
    const pids = await pidsIn(file);
    await own.close();
    await areGone(pids);
  });

  it('can be run again as it was', async () => {
    const first = await builds.run({ steps: [shell('exit 1')], tags: ['again'] });
    const { body } = await builds.call('cloudbuild', 'POST', `${BUILDS}/${first.id}:retry`, {});
    const { id } = (body['metadata'] as { build: Built }).build;
    expect(id).not.toBe(first.id);
    expect(await builds.wait(id)).toMatchObject({ status: 'FAILURE', tags: ['again'] });
  });
});

describe('the default pool', () => {
  it('runs ten builds of a project at a time, queues the others and lets them expire', async () => {
    const own = await buildCloud();
    const steps = [shell('sleep 600')];
    const ids = [];
    for (let i = 0; i < 11; i++) ids.push(await own.start({ steps, queueTtl: '100s' }));
    await own.wait(ids[9]!, ({ status }) => status === 'WORKING');
    const elsewhere = await own.call('cloudbuild', 'POST', '/v1/projects/other-prod/builds', { steps });
    const other = (elsewhere.body['metadata'] as { build: Built }).build.id;
    const isWorking = async () =>
      (await own.call('cloudbuild', 'GET', `/v1/projects/other-prod/builds/${other}`)).body['status'];
    while ((await isWorking()) !== 'WORKING') await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await own.get(ids[10]!)).status).toBe('QUEUED');
    await own.cloud.clock.advance(100_000 * SPEED);
    expect(await own.get(ids[10]!)).toMatchObject({ status: 'EXPIRED' });

    const next = await own.start({ steps: [shell('true')] });
    await own.call('cloudbuild', 'POST', `${BUILDS}/${ids[0]!}:cancel`, {});
    expect((await own.wait(next)).status).toBe('SUCCESS');
    await own.close();
  });
});

describe('a private pool', () => {
  const POOL = `projects/${PROJECT}/locations/${LOCATION}/workerPools/acme-pool`;
  const config = {
    workerConfig: { machineType: 'e2-standard-2', diskSizeGb: '100' },
    networkConfig: {
      peeredNetwork: 'projects/acme-prod/global/networks/acme-vpc',
      egressOption: 'NO_PUBLIC_EGRESS',
    },
  };

  beforeAll(async () => {
    const pools = `/v1/projects/${PROJECT}/locations/${LOCATION}/workerPools?workerPoolId=acme-pool`;
    await builds.call('cloudbuild', 'POST', pools, { privatePoolV1Config: config });
    await builds.cloud.clock.advance(HOUR);
  });

  it('is a resource that Terraform could have made', async () => {
    expect(builds.cloud.resources.get(`cloudbuild.googleapis.com/${POOL}`)).toMatchObject({
      assetType: 'cloudbuild.googleapis.com/WorkerPool',
      body: { state: 'RUNNING', privatePoolV1Config: config },
    });
    const { body } = await builds.call(
      'cloudbuild',
      'GET',
      `/v1/projects/${PROJECT}/locations/${LOCATION}/workerPools`,
    );
    expect(body).toMatchObject({ workerPools: [{ name: POOL, state: 'RUNNING' }] });
  });

  it('changes its machines but not its network', async () => {
    await builds.call('cloudbuild', 'PATCH', `/v1/${POOL}?updateMask=private_pool_v1_config`, {
      privatePoolV1Config: {
        workerConfig: { machineType: 'e2-standard-4' },
        networkConfig: { peeredNetwork: 'other' },
      },
    });
    await builds.cloud.clock.advance(HOUR);
    expect((await builds.call('cloudbuild', 'GET', `/v1/${POOL}`)).body).toMatchObject({
      privatePoolV1Config: {
        workerConfig: { machineType: 'e2-standard-4' },
        networkConfig: config.networkConfig,
      },
    });
  });

  it('gives its builds the way into its network, and only them', async () => {
    const build = await builds.run({
      steps: [{ name: 'ubuntu', entrypoint: 'env' }],
      options: { pool: { name: POOL } },
    });
    const log = await builds.log(build.id);
    expect(log).toContain(
      `HTTP_PROXY=${await builds.cloud.networks.proxyUrl(config.networkConfig.peeredNetwork)}`,
    );
    expect(log).toContain('NO_PROXY=127.0.0.1,localhost');
    expect(log).toContain('NODE_USE_ENV_PROXY=1');
  });

  it('must exist in the region of the build', async () => {
    const create = (path: string, name: string) =>
      builds.call('cloudbuild', 'POST', path, { steps: [shell('true')], options: { pool: { name } } });
    expect(await create(BUILDS, `${POOL}-2`)).toMatchObject({ status: 404 });
    expect(await create(`/v1/projects/${PROJECT}/builds`, POOL)).toMatchObject({
      status: 400,
      body: { error: { status: 'FAILED_PRECONDITION' } },
    });
    expect(await create(BUILDS, 'acme-pool')).toMatchObject({ status: 400 });
  });
});

describe('the log', () => {
  it('goes into the bucket the build names, and into Cloud Logging unless told otherwise', async () => {
    await builds.call('storage', 'POST', '/storage/v1/b?project=acme-prod', { name: 'acme-logs' });
    const build = await builds.run({ steps: [shell('echo words')], logsBucket: 'gs://acme-logs/builds' });
    const stored = await fetch(`${builds.cloud.endpoints['storage']!}/acme-logs/builds/log-${build.id}.txt`);
    expect(await stored.text()).toBe(await builds.log(build.id));
    expect(build.logUrl).toContain(build.id);
    const refused = await builds.create({ steps: [shell('true')], logsBucket: 'gs://nowhere-logs' });
    expect(refused.body['error']).toMatchObject({
      message: expect.stringContaining('invalid bucket "nowhere-logs"') as string,
    });
  });
});
