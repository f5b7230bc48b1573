import { afterEach, describe, expect, it } from 'vitest';
import { execute, executeInTime, testHost, type TestHost } from '../support/host.ts';
import { sendJson, testServer, type Answerer, type TestServer } from '../support/server.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function hostWith(
  service: string,
  answer: Answerer,
): Promise<{ host: TestHost; asked: TestServer['asked'] }> {
  server = await testServer(answer);
  const host = testHost();
  host.endpoints.set(service, server.url);
  return { host, asked: server.asked };
}

const call = (fn: string, args: string): string => `
main:
  steps:
  - c:
      try: {call: ${fn}, args: ${args}, result: r}
      except: {as: e, steps: [{f: {return: {error: "\${e}"}}}]}
  - r: {return: "\${r}"}`;

const PROJECTS = 'googleapis.cloudbuild.v1.projects';
const SESSIONS = 'googleapis.spanner.v1.projects.instances.databases.sessions';
const EXECUTIONS = 'googleapis.workflowexecutions.v1.projects.locations.workflows.executions';
const SECRETS = 'googleapis.secretmanager.v1.projects.secrets.versions';

describe('requests of connectors', () => {
  it.each([
    [
      'spanner',
      `${SESSIONS}.create`,
      '{database: projects/p/instances/i/databases/d}',
      'POST /v1/projects/p/instances/i/databases/d/sessions',
    ],
    ['spanner', `${SESSIONS}.read`, '{session: s/1, body: {table: t}}', 'POST /v1/s/1:read'],
    ['spanner', `${SESSIONS}.delete`, '{name: s/1}', 'DELETE /v1/s/1'],
    [
      'cloudbuild',
      `${PROJECTS}.locations.builds.get`,
      '{name: projects/p/locations/l/builds/b}',
      'GET /v1/projects/p/locations/l/builds/b',
    ],
    [
      'cloudbuild',
      `${PROJECTS}.builds.cancel`,
      '{projectId: p, id: b}',
      'POST /v1/projects/p/builds/b:cancel',
    ],
    [
      'storage',
      'googleapis.storage.v1.objects.get',
      '{bucket: b, object: a%2Fc, alt: media}',
      'GET /storage/v1/b/b/o/a%2Fc?alt=media',
    ],
    [
      'storage',
      'googleapis.storage.v1.objects.insert',
      '{bucket: b, name: a/c, uploadType: media, body: text}',
      'POST /upload/storage/v1/b/b/o?name=a%2Fc&uploadType=media',
    ],
    [
      'storage',
      'googleapis.storage.v1.objects.list',
      '{bucket: b, prefix: a/, maxResults: 2}',
      'GET /storage/v1/b/b/o?maxResults=2&prefix=a%2F',
    ],
    [
      'workflowexecutions',
      `${EXECUTIONS}.list`,
      '{parent: projects/p, filter: "state=\\"ACTIVE\\""}',
      'GET /v1/projects/p/executions?filter=state%3D%22ACTIVE%22',
    ],
    [
      'workflows',
      'googleapis.workflows.v1.projects.locations.workflows.list',
      '{parent: projects/p/locations/l, orderBy: name}',
      'GET /v1/projects/p/locations/l/workflows?orderBy=name',
    ],
    [
      'workflowexecutions',
      `${EXECUTIONS}.stepEntries.list`,
      '{parent: projects/p/e, skip: 2}',
      'GET /v1/projects/p/e/stepEntries?skip=2',
    ],
    [
      'storage',
      'googleapis.storage.v1.buckets.insert',
      '{project: p, body: {name: b}}',
      'POST /storage/v1/b?project=p',
    ],
    ['storage', 'googleapis.storage.v1.buckets.patch', '{bucket: b, body: {}}', 'PATCH /storage/v1/b/b'],
    [
      'storage',
      'googleapis.storage.v1.objects.patch',
      '{bucket: b, object: a%2Fc, body: {}}',
      'PATCH /storage/v1/b/b/o/a%2Fc',
    ],
    [
      'pubsub',
      'googleapis.pubsub.v1.projects.topics.publish',
      '{topic: projects/p/topics/t, body: {messages: [{data: aGk=}]}}',
      'POST /v1/projects/p/topics/t:publish',
    ],
    [
      'container',
      'googleapis.container.v1.projects.locations.clusters.get',
      '{name: projects/p/locations/l/clusters/c}',
      'GET /v1/projects/p/locations/l/clusters/c',
    ],
  ])('%s %s', async (service, fn, args, want) => {
    const { host, asked } = await hostWith(service, (_asked, response) =>
      sendJson(response, 200, { ok: true }),
    );
    expect((await execute(call(fn, args), null, host)).result).toEqual({ ok: true });
    expect(`${asked[0]?.method ?? ''} ${asked[0]?.url ?? ''}`).toBe(want);
    expect(asked[0]?.headers.authorization).toBe('Bearer token');
  });

  it('give the contents of an object decoded', async () => {
    const { host } = await hostWith('storage', (_asked, response) => sendJson(response, 200, { a: 1 }));
    const args = '{bucket: b, object: o, alt: media}';
    expect((await execute(call('googleapis.storage.v1.objects.get', args), null, host)).result).toEqual({
      a: 1,
    });
  });

  it.each(['googleapis.pubsub.v1.projects.topics.publish', 'googleapis.bigquery.v2.jobs.query'])(
    'name %s where its service is not there',
    async (fn) => {
      const { result } = await execute(call(fn, '{topic: t, body: {}}'));
      expect(result).toMatchObject({ error: { message: expect.stringContaining(fn) as string } });
    },
  );

  it.each([
    ['{timeout: -1}', 'ValueError'],
    ['{timeout: 1801}', 'ValueError'],
    ['{timeout: soon}', 'TypeError'],
    ['{tiemout: 1}', 'ValueError'],
    ['{skip_polling: 1}', 'TypeError'],
    ['{polling_policy: {delay: 1}}', 'ValueError'],
  ])('refuse connector_params %s', async (params, tag) => {
    const { result } = await execute(call(`${SESSIONS}.delete`, `{name: s, connector_params: ${params}}`));
    expect(result).toMatchObject({ error: { tags: [tag] } });
  });
});

describe('retries of connectors', () => {
  const failing =
    (status: number, times: number): Answerer =>
    (_asked, response, count) =>
      sendJson(response, count <= times ? status : 200, { count });

  it.each([
    ['a read', `${EXECUTIONS}.get`, '{name: e}', 'workflowexecutions', 502, 3],
    ['a write that was refused', `${SESSIONS}.commit`, '{session: s, body: {}}', 'spanner', 503, 3],
  ])('repeat %s', async (_name, fn, args, service, status, times) => {
    const { host, asked } = await hostWith(service, failing(status, times));
    expect((await executeInTime(call(fn, args), null, host)).result).toEqual({ count: times + 1 });
    expect(asked).toHaveLength(times + 1);
  });

  it.each([
    ['a write that may have happened', `${SESSIONS}.commit`, '{session: s, body: {}}', 'spanner', 502],
    ['what was not found', `${EXECUTIONS}.get`, '{name: e}', 'workflowexecutions', 404],
  ])('do not repeat %s', async (_name, fn, args, service, status) => {
    const { host, asked } = await hostWith(service, failing(status, 9));
    expect((await executeInTime(call(fn, args), null, host)).result).toMatchObject({
      error: { code: status },
    });
    expect(asked).toHaveLength(1);
  });

  it('give up after five', async () => {
    const { host, asked } = await hostWith('workflowexecutions', failing(503, 99));
    await executeInTime(call(`${EXECUTIONS}.get`, '{name: e}'), null, host);
    expect(asked).toHaveLength(6);
  });
});

const BUILD = `${PROJECTS}.locations.builds.create`;
const BUILD_ARGS = 'parent: projects/p/locations/l, projectId: p, body: {steps: []}';

describe('connectors that wait', () => {
  const building =
    (polls: number, end: object): Answerer =>
    (asked, response, count) => {
      const done = asked.method === 'GET' && count > polls;
      sendJson(response, 200, {
        name: 'operations/build/p/1',
        metadata: { build: { id: 'b' } },
        done,
        ...(done && end),
      });
    };

  it('poll the operation and give it back, with the build in its metadata', async () => {
    const { host, asked } = await hostWith('cloudbuild', building(3, { response: { status: 'SUCCESS' } }));
    const { result } = await executeInTime(call(BUILD, `{${BUILD_ARGS}}`), null, host);
    expect(result).toMatchObject({
      done: true,
      metadata: { build: { id: 'b' } },
      response: { status: 'SUCCESS' },
    });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/projects/p/locations/l/builds?projectId=p',
      'GET /v1/operations/build/p/1',
      'GET /v1/operations/build/p/1',
      'GET /v1/operations/build/p/1',
    ]);
  });

  it('wait as the polling policy says', async () => {
    const { host } = await hostWith('cloudbuild', building(4, { response: {} }));
    const begin = host.clock.now();
    const policy = 'polling_policy: {initial_delay: 10, multiplier: 2, max_delay: 30}';
    await executeInTime(call(BUILD, `{${BUILD_ARGS}, connector_params: {${policy}}}`), null, host);
    // 10 + 20 + 30 + 30 seconds for the four polls, and at most what the test's own pace adds.
    expect(host.clock.now() - begin).toBeGreaterThanOrEqual(90_000);
  });

  it('do not wait when told not to', async () => {
    const { host, asked } = await hostWith('cloudbuild', building(3, {}));
    const args = `{${BUILD_ARGS}, connector_params: {skip_polling: true}}`;
    expect((await execute(call(BUILD, args), null, host)).result).toMatchObject({ done: false });
    expect(asked).toHaveLength(1);
  });

  it('raise OperationError with the failed operation', async () => {
    const error = { code: 3, message: 'build failed' };
    const { host } = await hostWith('cloudbuild', building(1, { error }));
    expect((await executeInTime(call(BUILD, `{${BUILD_ARGS}}`), null, host)).result).toMatchObject({
      error: {
        tags: ['OperationError'],
        message: expect.stringContaining('build failed') as string,
        operation: { name: 'operations/build/p/1', error },
        error,
      },
    });
  });

  it('raise TimeoutError when it takes too long', async () => {
    const { host } = await hostWith('cloudbuild', building(1e9, {}));
    const args = `{${BUILD_ARGS}, connector_params: {timeout: 60}}`;
    expect((await executeInTime(call(BUILD, args), null, host)).result).toMatchObject({
      error: { tags: ['TimeoutError'] },
    });
  });

  it('outlast a poll that fails', async () => {
    const { host } = await hostWith('cloudbuild', (asked, response, count) => {
      if (count === 2) sendJson(response, 503, {});
      else sendJson(response, 200, { name: 'operations/1', done: asked.method === 'GET', response: {} });
    });
    expect((await executeInTime(call(BUILD, `{${BUILD_ARGS}}`), null, host)).result).toMatchObject({
      done: true,
    });
  });

  it('raise ResponseTypeError for a poll that is nonsense', async () => {
    const { host } = await hostWith('cloudbuild', (asked, response) =>
      sendJson(response, 200, asked.method === 'GET' ? [] : { name: 'operations/1' }),
    );
    expect((await executeInTime(call(BUILD, `{${BUILD_ARGS}}`), null, host)).result).toMatchObject({
      error: { tags: ['ResponseTypeError'] },
    });
  });

  it('poll an operation of Kubernetes Engine where it is, and give it back', async () => {
    const { host, asked } = await hostWith('container', (request, response) =>
      sendJson(response, 200, { name: 'operation-1', status: request.method === 'GET' ? 'DONE' : 'RUNNING' }),
    );
    const { result } = await executeInTime(
      call(
        'googleapis.container.v1.projects.locations.clusters.create',
        '{parent: projects/p/locations/l, body: {cluster: {name: c}}}',
      ),
      null,
      host,
    );
    expect(result).toEqual({ name: 'operation-1', status: 'DONE' });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/projects/p/locations/l/clusters',
      'GET /v1/projects/p/locations/l/operations/operation-1',
    ]);
  });

  it.each([
    ['True', { status: { conditions: [{ type: 'Completed', status: 'True' }] } }],
    [
      'False',
      {
        error: {
          tags: ['OperationError'],
          message: 'googleapis.run.v1.namespaces.jobs.run: Task 0 said so',
          operation: { metadata: { name: 'e' } },
        },
      },
    ],
  ])('wait for the execution of a Cloud Run job in the Knative form: %s', async (status, want) => {
    const { host, asked } = await hostWith('run', (request, response) =>
      sendJson(response, 200, {
        metadata: { name: 'e' },
        ...(request.method === 'GET' && {
          status: {
            conditions: [
              { type: 'Completed', status, ...(status === 'False' && { message: 'Task 0 said so' }) },
            ],
          },
        }),
      }),
    );
    const { result } = await executeInTime(
      call('googleapis.run.v1.namespaces.jobs.run', '{name: namespaces/p/jobs/j, location: l}'),
      null,
      host,
    );
    expect(result).toMatchObject(want);
    expect(asked.map(({ url }) => url)).toEqual([
      '/apis/run.googleapis.com/v1/namespaces/p/jobs/j:run',
      '/apis/run.googleapis.com/v1/namespaces/p/executions/e',
    ]);
  });

  it('run a Cloud Run job and give its execution', async () => {
    const { host, asked } = await hostWith('run', (request, response) =>
      sendJson(response, 200, {
        name: 'projects/p/locations/l/operations/1',
        done: request.method === 'GET',
        response: { name: 'projects/p/locations/l/jobs/j/executions/e' },
      }),
    );
    const { result } = await executeInTime(
      call('googleapis.run.v2.projects.locations.jobs.run', '{name: projects/p/locations/l/jobs/j}'),
      null,
      host,
    );
    expect(result).toEqual({ name: 'projects/p/locations/l/jobs/j/executions/e' });
    expect(asked.map(({ url }) => url)).toEqual([
      '/v2/projects/p/locations/l/jobs/j:run',
      '/v2/projects/p/locations/l/operations/1',
    ]);
  });
});

describe('connector helpers', () => {
  it('accessString gives the text of a secret, also inside an expression', async () => {
    const { host, asked } = await hostWith('secretmanager', (_asked, response) =>
      sendJson(response, 200, { payload: { data: Buffer.from('s3cret').toString('base64') } }),
    );
    const { result } = await execute(
      `- a: {return: "\${${SECRETS}.accessString(\\"key\\") + \\"!\\"}"}`,
      null,
      host,
    );
    expect(result).toBe('s3cret!');
    expect(asked[0]?.url).toBe('/v1/projects/acme/secrets/key/versions/latest:access');
  });

  it('run gives the decoded result of another workflow', async () => {
    const { host, asked } = await hostWith('workflowexecutions', (request, response) =>
      sendJson(response, 200, {
        name: 'projects/1/executions/e',
        state: request.method === 'GET' ? 'SUCCEEDED' : 'ACTIVE',
        ...(request.method === 'GET' && { result: '{"n":1}' }),
      }),
    );
    const { result } = await executeInTime(
      call(`${EXECUTIONS}.run`, '{workflow_id: w, argument: {a: 1}}'),
      null,
      host,
    );
    expect(result).toEqual({ n: 1 });
    expect(asked[0]?.url).toBe('/v1/projects/acme/locations/us-central1/workflows/w/executions');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      argument: '{"a":1}',
      disableConcurrencyQuotaOverflowBuffering: true,
    });
  });

  it('addVersionString encodes the text, also inside an expression', async () => {
    const { host, asked } = await hostWith('secretmanager', (_asked, response) =>
      sendJson(response, 200, { name: 'projects/p/secrets/key/versions/2' }),
    );
    const add = 'googleapis.secretmanager.v1.projects.secrets.addVersionString';
    const { result } = await execute(
      `- a: {assign: [{v: "\${${add}(\\"key\\", \\"s3cret\\", \\"p\\")}"}]}\n- b: {return: "\${v.name}"}`,
      null,
      host,
    );
    expect(result).toBe('projects/p/secrets/key/versions/2');
    expect(asked[0]).toMatchObject({
      url: '/v1/projects/p/secrets/key:addVersion',
      body: JSON.stringify({ payload: { data: Buffer.from('s3cret').toString('base64') } }),
    });
  });

  it('experimental.executions.map gives results in the order of the arguments', async () => {
    const { host } = await hostWith('workflowexecutions', (request, response) => {
      const { argument } = JSON.parse(request.body) as { argument: string };
      sendJson(response, 200, { name: 'e', state: 'SUCCEEDED', result: argument });
    });
    const map = call('experimental.executions.map', '{workflow_id: w, arguments: [1, {a: 2}, x]}');
    expect((await execute(map, null, host)).result).toEqual([1, { a: 2 }, 'x']);
  });

  it('experimental.executions.run raises ExecutionError when the other workflow failed', async () => {
    const { host } = await hostWith('workflowexecutions', (_asked, response) =>
      sendJson(response, 200, { name: 'e', state: 'FAILED', error: { payload: '"boom"' } }),
    );
    const { result } = await execute(call('experimental.executions.run', '{workflow_id: w}'), null, host);
    expect(result).toMatchObject({
      error: { tags: ['ExecutionError'], execution: { state: 'FAILED' }, error: { payload: '"boom"' } },
    });
  });

  it('run raises OperationError with the execution when the other workflow failed', async () => {
    const failed = { name: 'e', state: 'FAILED', error: { payload: '"boom"' } };
    const { host } = await hostWith('workflowexecutions', (_asked, response) =>
      sendJson(response, 200, failed),
    );
    const { result } = await execute(call(`${EXECUTIONS}.run`, '{workflow_id: w}'), null, host);
    // As the tutorial on executing workflows from a workflow shows it.
    expect(result).toEqual({
      error: { message: 'Execution failed or cancelled.', operation: failed, tags: ['OperationError'] },
    });
  });
});
