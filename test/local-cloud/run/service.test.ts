/** Cloud Run jobs over HTTP: tasks are real processes that see what Cloud Run tells them, and nothing outlives them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { logEntries } from '../../../local-cloud/logging/entries.ts';
import { runService } from '../../../local-cloud/run/service.ts';
import { secretManagerService } from '../../../local-cloud/secretmanager/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';

const LOCATION = '/v2/projects/acme-prod/locations/us-central1';
const IMAGE = 'us-central1-docker.pkg.dev/acme-prod/acme/job';
/** The "image": prints what it was given, then does what its first argument says. */
const PROGRAM = `
  const { CLOUD_RUN_TASK_INDEX: index, CLOUD_RUN_TASK_ATTEMPT: attempt, ...env } = process.env;
  const [what, file] = process.argv.slice(1);
  const job = [env.CLOUD_RUN_JOB, env.CLOUD_RUN_TASK_COUNT, index, attempt];
  console.log(JSON.stringify({ severity: 'INFO', job, args: process.argv.slice(1), greeting: env.GREETING }));
  if (what === 'fail-once') process.exit(attempt === '0' ? 3 : 0);
  if (what === 'fail-second') process.exit(index === '1' ? 7 : 0);
  if (what === 'hang') {
    const child = require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' });
    require('node:fs').writeFileSync(file, String(child.pid));
    setInterval(() => {}, 1000);
  }
`;

interface Execution {
  name: string;
  reconciling: boolean;
  conditions: { type: string; state: string; message?: string; executionReason?: string }[];
}

describe('Cloud Run jobs', () => {
  let local: BareCloud;
  let folder: string;
  const call = (http: string, path: string, body?: unknown) => local.call('run', http, path, body);
  const container = (more: object = {}) => ({ image: `${IMAGE}:v1`, ...more });
  const job = (more: object = {}, template: object = {}, task: object = {}) => ({
    template: { ...template, template: { containers: [container(more)], maxRetries: 0, ...task } },
  });
  const create = (id: string, body: unknown) => call('POST', `${LOCATION}/jobs?jobId=${id}`, body);
  /** Runs the job and gives the execution once its operation is done. */
  const run = async (id: string, overrides?: object): Promise<Execution & Record<string, unknown>> => {
    const { body } = await call('POST', `${LOCATION}/jobs/${id}:run`, overrides && { overrides });
    return vi.waitFor(async () => {
      const operation = await call('GET', `/v2/${String(body['name'])}`);
      expect(operation.body['done']).toBe(true);
      return operation.body['response'] as Execution & Record<string, unknown>;
    }, 10_000);
  };
  const printed = (): Record<string, unknown>[] =>
    logEntries(local.cloud)
      .list()
      .flatMap(({ jsonPayload }) => (jsonPayload ? [{ ...jsonPayload }] : []));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumb-run-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    const images = [{ image: IMAGE, entrypoint: [process.execPath, '-e', PROGRAM] }];
    local = await bareCloud([runService, secretManagerService], { speed: 1000, dataDir: folder, images });
  });
  afterEach(() => local.close());

  it('runs every task with its index, arguments and variables, and keeps what it printed', async () => {
    const env = [{ name: 'GREETING', value: 'hello' }];
    await create('pass', job({ args: ['print'], env }, { taskCount: 3 }));
    const done = await run('pass');
    expect(done).toMatchObject({ succeededCount: 3, failedCount: 0, reconciling: false });
    expect(done.conditions[0]).toMatchObject({ type: 'Completed', state: 'CONDITION_SUCCEEDED' });
    const lines = printed();
    expect(lines.map((line) => (line['job'] as string[])[2]).sort()).toEqual(['0', '1', '2']);
    expect(lines[0]).toMatchObject({ args: ['print'], greeting: 'hello', severity: 'INFO' });
    expect(lines[0]?.['job']).toEqual(expect.arrayContaining(['pass', '3']));
    expect((await call('GET', `${LOCATION}/jobs/pass`)).body).toMatchObject({
      executionCount: 1,
      latestCreatedExecution: { completionStatus: 'EXECUTION_SUCCEEDED' },
    });
  });

  it('tries a task again, and counts it', async () => {
    await create('again', job({ args: ['fail-once'] }, {}, { maxRetries: 1 }));
    expect(await run('again')).toMatchObject({ succeededCount: 1, retriedCount: 1 });
  });

  it('fails the execution when one task failed for good, after the others ran', async () => {
    await create('half', job({ args: ['fail-second'] }, { taskCount: 3, parallelism: 1 }));
    const done = await run('half');
    expect(done).toMatchObject({ succeededCount: 2, failedCount: 1 });
    expect(done.conditions[0]).toMatchObject({
      state: 'CONDITION_FAILED',
      executionReason: 'NON_ZERO_EXIT_CODE',
      message: expect.stringContaining(
        'task1 failed with message: The container exited with an error (exit code 7)',
      ) as string,
    });
  });

  it('merges the variables of overrides and replaces the arguments', async () => {
    await create('over', job({ args: ['a'], env: [{ name: 'GREETING', value: 'hello' }] }));
    const containerOverrides = [{ args: ['b', 'c'], env: [{ name: 'GREETING', value: 'bye' }] }];
    await run('over', { taskCount: 2, containerOverrides });
    expect(printed()).toMatchObject([{ args: ['b', 'c'], greeting: 'bye' }, { args: ['b', 'c'] }]);
    await run('over', { containerOverrides: [{ clearArgs: true }] });
    expect(printed().at(-1)).toMatchObject({ args: [], greeting: 'hello' });
  });

  it('reads variables from secrets, and says why when it cannot', async () => {
    const secretKeyRef = { secret: 'greeting', version: 'latest' };
    await create('secret', job({ env: [{ name: 'GREETING', valueSource: { secretKeyRef } }] }));
    expect((await run('secret')).conditions[0]?.message).toContain("secrets/greeting' was not found");
    const secrets = '/v1/projects/acme-prod/secrets';
    await local.call('secretmanager', 'POST', `${secrets}?secretId=greeting`, {
      replication: { automatic: {} },
    });
    const data = Buffer.from('psst').toString('base64');
    await local.call('secretmanager', 'POST', `${secrets}/greeting:addVersion`, { payload: { data } });
    await run('secret');
    expect(printed()).toMatchObject([{ greeting: 'psst' }]);
  });

  it('says which images it can run when it is given another', async () => {
    await create('other', {
      template: { template: { containers: [{ image: 'gcr.io/x/y' }], maxRetries: 0 } },
    });
    expect((await run('other')).conditions[0]?.message).toContain(
      `Image 'gcr.io/x/y' not found. The local cloud can run: ${IMAGE}`,
    );
  });

  it.each(['cancel', 'close'])('leaves no process behind on %s', async (how) => {
    const file = join(folder, `pid-${how}`);
    await create('hang', job({ args: ['hang', file] }));
    const { body } = await call('POST', `${LOCATION}/jobs/hang:run`);
    const execution = (body['metadata'] as { name: string }).name;
    const pid = await vi.waitFor(() => {
      expect(existsSync(file) && readFileSync(file, 'utf8')).toMatch(/^\d+$/);
      return Number(readFileSync(file, 'utf8'));
    }, 10_000);
    if (how === 'close') await local.close();
    else {
      await call('POST', `/v2/${execution}:cancel`);
      await vi.waitFor(async () => {
        const { body: now } = await call('GET', `/v2/${execution}`);
        expect(now).toMatchObject({ reconciling: false, cancelledCount: 1 });
      }, 10_000);
      expect(await call('POST', `/v2/${execution}:cancel`)).toMatchObject({ status: 400 });
    }
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), 5_000);
    if (how === 'close') local = await bareCloud([]);
  });

  it('stops a task at its timeout', async () => {
    await create('slow', job({ args: ['hang', join(folder, 'pid-slow')] }, {}, { timeout: '1s' }));
    expect((await run('slow')).conditions[0]?.message).toContain('The configured timeout was reached');
  });

  it('lists, replaces and deletes jobs with their executions', async () => {
    await create('one', job());
    await create('two', job());
    const page = await call('GET', `${LOCATION}/jobs?pageSize=1`);
    expect(page.body['jobs']).toMatchObject([{ name: 'projects/acme-prod/locations/us-central1/jobs/one' }]);
    await call('PATCH', `${LOCATION}/jobs/one`, job({}, { taskCount: 5 }));
    expect((await call('GET', `${LOCATION}/jobs/one`)).body).toMatchObject({
      generation: '2',
      template: { taskCount: 5 },
    });
    await run('two');
    expect((await call('GET', `${LOCATION}/jobs/two/executions`)).body['executions']).toHaveLength(1);
    await call('DELETE', `${LOCATION}/jobs/two`);
    expect((await call('GET', `${LOCATION}/jobs/two`)).status).toBe(404);
    expect(local.cloud.resources.list({ assetType: 'run.googleapis.com/Execution' })).toEqual([]);
  });

  it.each([
    ['no container', { template: { template: {} } }, 400],
    ['too many tasks', job({}, { taskCount: 10_001 }), 400],
    ['too many retries', job({}, {}, { maxRetries: 11 }), 400],
    ['a timeout beyond a week', job({}, {}, { timeout: '700000s' }), 400],
    ['a variable of Cloud Run', job({ env: [{ name: 'CLOUD_RUN_JOB', value: 'x' }] }), 400],
    ['an unknown field', job({ imagge: 'x' }), 400],
    ['another command', job({ command: ['sh'] }), 501],
  ])('refuses %s', async (_, body, status) => {
    expect((await create('bad', body)).status).toBe(status);
  });

  it('refuses overrides it does not know, and starts nothing', async () => {
    await create('strict', job());
    const request = { overrides: { containerOverrides: [{ command: ['x'] }] } };
    expect((await call('POST', `${LOCATION}/jobs/strict:run`, request)).status).toBe(400);
    expect((await call('GET', `${LOCATION}/jobs/strict/executions`)).body).toEqual({ executions: [] });
  });

  it('serves the Knative shapes that gcloud uses, through to the end of an execution', async () => {
    const base = '/apis/run.googleapis.com/v1/namespaces/acme-prod';
    const env = [{ name: 'GREETING', value: 'knative' }];
    const taskSpec = { containers: [container({ env })], maxRetries: 0, timeoutSeconds: '60' };
    const spec = { template: { spec: { taskCount: 2, template: { spec: taskSpec } } } };
    const made = await call('POST', `${base}/jobs`, {
      apiVersion: 'run.googleapis.com/v1',
      kind: 'Job',
      metadata: { name: 'kn' },
      spec,
    });
    expect(made.body).toMatchObject({
      kind: 'Job',
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    });
    expect((await call('GET', `${base}/jobs/kn`)).body).toMatchObject({ metadata: { name: 'kn' }, spec });
    const started = await call('POST', `${base}/jobs/kn:run`, {});
    const { name } = started.body['metadata'] as { name: string };
    await vi.waitFor(async () => {
      const { body } = await call('GET', `${base}/executions/${name}`);
      expect(body['status']).toMatchObject({
        succeededCount: 2,
        observedGeneration: 1,
        conditions: [{ type: 'Completed', status: 'True' }, {}],
      });
    }, 10_000);
    const selector = encodeURIComponent('run.googleapis.com/job = kn');
    expect((await call('GET', `${base}/executions?labelSelector=${selector}`)).body['items']).toHaveLength(1);
    expect((await call('DELETE', `${base}/jobs/kn`)).status).toBe(200);
  });
});
