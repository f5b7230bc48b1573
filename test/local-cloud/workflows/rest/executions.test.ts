import { once } from 'node:events';
import { ExecutionsClient } from '@google-cloud/workflows';
import { PassThroughClient } from 'google-auth-library';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { numericId } from '../../../../local-cloud/core/store.ts';
import { logEntries } from '../../../../local-cloud/logging/entries.ts';
import { engineOf } from '../../../../local-cloud/workflows/engine/engine.ts';
import type { Limits } from '../../../../local-cloud/workflows/engine/quotas.ts';
import { PARENT, workflowsCloud, type Json, type WorkflowsCloud } from '../support/cloud.ts';

let w: WorkflowsCloud;
beforeAll(async () => {
  w = await workflowsCloud();
  await w.deploy('echo', 'main: {params: [x], steps: [{a: {return: "${x}"}}]}', {
    labels: { team: 'blue', tier: 'one' },
  });
  await w.deploy('nap', '- nap: {call: sys.sleep, args: {seconds: 31536000}}');
  await w.deploy('fail', '- oops: {raise: {code: 5}}');
});
afterAll(async () => {
  await w.close();
});

const NUMBER = numericId('acme', 12);
const start = async (id: string, fields: Json = {}): Promise<Json> =>
  (await w.call('workflowexecutions', 'POST', `${PARENT}/workflows/${id}/executions`, fields)).body;
const get = async (path: string): Promise<Json> => (await w.call('workflowexecutions', 'GET', path)).body;

describe('an execution', () => {
  it('starts ACTIVE under the project number, and ends with a JSON-encoded result', async () => {
    const started = await start('echo', { argument: '{"n": 1, "d": 1.50}' });
    expect(started).toMatchObject({
      name: expect.stringMatching(
        `^projects/${NUMBER}/locations/us-central1/workflows/echo/executions/[0-9a-f-]{36}$`,
      ) as string,
      state: 'ACTIVE',
      argument: '{"n": 1, "d": 1.50}',
      labels: { team: 'blue', tier: 'one' },
      workflowRevisionId: expect.stringMatching(/^000001-/) as string,
    });
    expect(started['result']).toBeUndefined();
    const ended = await w.run('echo', { n: 1, d: 1.5 });
    expect(ended).toMatchObject({
      state: 'SUCCEEDED',
      result: '{"d":1.5,"n":1}',
      duration: expect.stringMatching(/^[\d.]+s$/) as string,
      status: { currentSteps: [{ routine: 'main', step: 'a' }] },
    });
  });

  it('can be found by project id and by number', async () => {
    const { name } = await start('echo');
    const path = String(name);
    expect(await get(path)).toMatchObject({ name });
    expect(await get(path.replace(NUMBER, 'acme'))).toMatchObject({ name });
  });

  it('gets null without an argument, and inherits labels it does not override', async () => {
    const ended = await w.run('echo', undefined, { labels: { tier: 'two' } });
    expect(ended).toMatchObject({ argument: 'null', result: 'null', labels: { team: 'blue', tier: 'two' } });
  });

  it('that fails tells payload, context and stack', async () => {
    const ended = await w.run('fail');
    expect(ended).toMatchObject({
      state: 'FAILED',
      error: {
        payload: '{"code":5}',
        context: 'RuntimeError: {"code":5}\nin step "oops", routine "main", line: 1',
        stackTrace: {
          elements: [{ step: 'oops', routine: 'main', position: { line: '1', column: '17', length: '9' } }],
        },
      },
    });
    expect(ended['result']).toBeUndefined();
  });

  it('can be cancelled while it sleeps, once', async () => {
    const { name } = await start('nap');
    await w.cloud.clock.advance(1000);
    const cancelled = await w.call('workflowexecutions', 'POST', `${String(name)}:cancel`, {});
    expect(cancelled.body).toMatchObject({ state: 'CANCELLED', endTime: expect.any(String) as string });
    const again = await w.call('workflowexecutions', 'POST', `${String(name)}:cancel`, {});
    expect(again).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
    expect(await get(String(name))).toMatchObject({ state: 'CANCELLED' });
  });

  it('runs the revision it started with, and the next one the new revision', async () => {
    await w.deploy('moving', '- a: {return: old}');
    const { name } = await start('moving');
    await w.call('workflows', 'PATCH', `${PARENT}/workflows/moving?updateMask=sourceContents`, {
      sourceContents: '- a: {return: new}',
    });
    await w.cloud.clock.advance(3000);
    expect(await get(String(name))).toMatchObject({ result: '"old"' });
    expect(await w.run('moving')).toMatchObject({ result: '"new"' });
  });

  it('runs as its service account, and what it logs can be read', async () => {
    await w.deploy(
      'who',
      '- l: {call: sys.log, args: {json: {a: 1}, severity: INFO}}\n- r: {return: \'${sys.get_env("GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME")}\'}',
      {
        serviceAccount: 'runner@acme.iam.gserviceaccount.com',
      },
    );
    expect(await w.run('who')).toMatchObject({ result: '"runner@acme.iam.gserviceaccount.com"' });
    const said = logEntries(w.cloud)
      .list()
      .findLast(({ logName }) => logName.endsWith('/Workflows'));
    expect(said).toMatchObject({
      severity: 'INFO',
      jsonPayload: { a: 1 },
      logName: 'projects/acme/logs/Workflows',
      resource: { labels: { workflow_id: 'who' } },
    });
  });

  it('can start another and wait for it', async () => {
    const run = 'googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run';
    await w.deploy(
      'parent',
      `- a: {call: ${run}, args: {workflow_id: echo, argument: {n: 2}}, result: r}\n- b: {return: "\${r.n}"}`,
    );
    expect(await w.run('parent')).toMatchObject({ state: 'SUCCEEDED', result: '2' });
  });

  it.each([
    ['an argument that is no JSON', { argument: '{' }],
    ['an argument that is no string', { argument: { a: 1 } }],
    ['an argument over 32 KB', { argument: JSON.stringify('x'.repeat(32 * 1024)) }],
    ['a wrong label', { labels: { A: 'b' } }],
    ['an unknown log level', { callLogLevel: 9 }],
  ])('is refused with %s', async (_name, fields) => {
    const { status, body } = await w.call(
      'workflowexecutions',
      'POST',
      `${PARENT}/workflows/echo/executions`,
      fields,
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { status: 'INVALID_ARGUMENT' } });
  });

  it('takes enums by number and by name', async () => {
    expect(await start('echo', { callLogLevel: 2 })).toMatchObject({ callLogLevel: 'LOG_ERRORS_ONLY' });
    expect(await start('echo', { callLogLevel: 'LOG_NONE' })).toMatchObject({ callLogLevel: 'LOG_NONE' });
  });
});

describe('list', () => {
  it('is newest first, basic by default, and can be filtered and paged', async () => {
    await w.deploy('listed', '- a: {return: 1}');
    const first = await w.run('listed', undefined, { labels: { id: 'one' } });
    const second = await w.run('listed', undefined, { labels: { id: 'two' } });
    const path = `${PARENT}/workflows/listed/executions`;
    const all = (await get(path))['executions'] as Json[];
    expect(all.map(({ name }) => name)).toEqual([second['name'], first['name']]);
    expect(Object.keys(all[0] ?? {}).sort()).toEqual([
      'duration',
      'endTime',
      'name',
      'startTime',
      'state',
      'workflowRevisionId',
    ]);
    const filter = encodeURIComponent('labels.id="one" AND state="SUCCEEDED"');
    const found = (await get(`${path}?view=FULL&filter=${filter}`))['executions'] as Json[];
    expect(found).toMatchObject([{ name: first['name'], result: '1' }]);
    const ordered = await get(`${path}?pageSize=1&orderBy=createTime`);
    expect(ordered).toMatchObject({ executions: [{ name: first['name'] }] });
    const next = await get(
      `${path}?pageSize=1&orderBy=createTime&pageToken=${String(ordered['nextPageToken'])}`,
    );
    expect(next).toMatchObject({ executions: [{ name: second['name'] }] });
  });
});

/** A project of its own, so that limits set here touch nobody else's executions. */
let places = 0;
async function placeWith(limits: Partial<Limits>) {
  places += 1;
  const parent = `projects/place-${places}/locations/us-central1`;
  await w.call('workflows', 'POST', `${parent}/workflows?workflowId=nap`, {
    sourceContents: '- nap: {call: sys.sleep, args: {seconds: 31536000}}',
  });
  await w.cloud.clock.advance(2000);
  engineOf(w.cloud).quotas.set(limits);
  const call = async (http: string, path: string, fields: Json = {}): Promise<Json> =>
    (await w.call('workflowexecutions', http, path, http === 'GET' ? undefined : fields)).body;
  return {
    parent: `${parent}/workflows/nap`,
    call,
    start: (fields: Json = {}) => call('POST', `${parent}/workflows/nap/executions`, fields),
    cancel: ({ name }: Json) => call('POST', `${String(name)}:cancel`),
  };
}
afterEach(() => engineOf(w.cloud).quotas.set({}));

describe('the quota of running executions', () => {
  it('queues what has no place and starts it when one is free', async () => {
    const place = await placeWith({ running: 1 });
    const first = await place.start();
    const second = await place.start();
    expect([first['state'], second['state']]).toEqual(['ACTIVE', 'QUEUED']);
    expect(second).not.toHaveProperty('startTime');
    await place.cancel(first);
    expect(await get(String(second['name']))).toMatchObject({ state: 'ACTIVE' });
    await place.cancel(second);
  });

  it('refuses what may not wait, and what comes when the queue is full', async () => {
    const place = await placeWith({ running: 1, queued: 1 });
    const running = await place.start();
    expect(await place.start({ disableConcurrencyQuotaOverflowBuffering: true })).toMatchObject({
      error: { code: 429, status: 'RESOURCE_EXHAUSTED' },
    });
    const queued = await place.start();
    expect(await place.start()).toMatchObject({ error: { code: 429 } });
    // One that waits can be cancelled too, and leaves its place in the queue to another.
    expect(await place.cancel(queued)).toMatchObject({ state: 'CANCELLED' });
    const next = await place.start();
    expect(next['state']).toBe('QUEUED');
    await place.cancel(next);
    await place.cancel(running);
  });
});

describe('callbacks', () => {
  it('deliver a request to the waiting workflow', async () => {
    await w.deploy(
      'callback',
      `- create: {call: events.create_callback_endpoint, args: {http_callback_method: POST}, result: c}
- log: {call: sys.log, args: {text: "\${c.url}"}}
- wait: {call: events.await_callback, args: {callback: "\${c}", timeout: 31536000}, result: r}
- done: {return: ["\${r.http_request.body}", "\${r.http_request.method}", "\${r.type}"]}`,
    );
    const { name } = await start('callback');
    await w.cloud.clock.advance(1000);
    const listed = (await get(`${String(name)}/callbacks`))['callbacks'] as Json[];
    expect(listed).toMatchObject([{ method: 'POST', waiters: '1' }]);
    const url = logEntries(w.cloud).list().at(-1)?.textPayload ?? '';
    const wrong = await fetch(url, { method: 'GET' });
    expect(wrong.status).toBe(404);
    await fetch(url, {
      method: 'POST',
      body: '{"ok": true}',
      headers: { 'content-type': 'application/json' },
    });
    for (let body = await get(String(name)); body['state'] !== 'SUCCEEDED'; body = await get(String(name)));
    expect(await get(String(name))).toMatchObject({ result: '[{"ok":true},"POST","HTTP"]' });
  });
});

/** The client carries its own copy of the auth library, whose private fields make the same class another type. */
const NO_AUTH = new PassThroughClient() as unknown as NonNullable<
  NonNullable<ConstructorParameters<typeof ExecutionsClient>[0]>['authClient']
>;

describe("Google's own client", () => {
  it('creates, reads, lists and cancels over plain HTTP', async () => {
    const client = new ExecutionsClient({
      fallback: true,
      protocol: 'http',
      apiEndpoint: '127.0.0.1',
      port: w.executions.port,
      authClient: NO_AUTH,
      projectId: 'acme',
    });
    const parent = `${PARENT}/workflows/nap`;
    const [created] = await client.createExecution({
      parent,
      execution: { argument: '{"a":1}', labels: { by: 'client' }, callLogLevel: 'LOG_ALL_CALLS' },
    });
    expect(created.state).toBe('ACTIVE');
    expect(created.argument).toBe('{"a":1}');
    const name = created.name ?? '';
    const [read] = await client.getExecution({ name, view: 'FULL' });
    expect(read).toMatchObject({ name, callLogLevel: 'LOG_ALL_CALLS', labels: { by: 'client' } });
    const [listed] = await client.listExecutions({ parent, filter: 'labels.by="client"', view: 'BASIC' });
    expect(listed.map((execution) => execution.name)).toEqual([name]);
    const [cancelled] = await client.cancelExecution({ name });
    expect(cancelled.state).toBe('CANCELLED');
    await client.createExecution({ parent, execution: { labels: { by: 'client' } } });
    const paged: unknown[] = [];
    for await (const execution of client.listExecutionsAsync({
      parent,
      pageSize: 1,
      filter: 'labels.by="client" AND (state="ACTIVE" OR state="CANCELLED")',
      orderBy: 'createTime desc',
    })) {
      paged.push(execution.state);
    }
    expect(paged).toEqual(['ACTIVE', 'CANCELLED']);
    const streamed: unknown[] = [];
    // gax begins to read when it is told to flow; iterating over its stream would wait for ever.
    const stream = client.listExecutionsStream({ parent, filter: 'label:by', view: 'FULL' });
    stream.on('data', ({ state }: { state: unknown }) => streamed.push(state));
    await once(stream, 'end');
    expect(streamed).toEqual(['ACTIVE', 'CANCELLED']);
    await expect(client.cancelExecution({ name })).rejects.toMatchObject({ code: 400 });
    await expect(client.getExecution({ name: `${name}x` })).rejects.toMatchObject({ code: 404 });
    await client.close();
  });
});
