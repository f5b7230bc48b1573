import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engineOf } from '../../../../local-cloud/workflows/engine/engine.ts';
import { PARENT, workflowsCloud, type Json, type WorkflowsCloud } from '../support/cloud.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Time stands still, so that no minute ends under a test's hands. */
let w: WorkflowsCloud;
beforeAll(async () => {
  w = await workflowsCloud(0);
  await w.call('workflows', 'POST', `${PARENT}/workflows?workflowId=echo`, {
    sourceContents: 'main: {params: [x], steps: [{a: {return: "${x}"}}]}',
  });
  await w.cloud.clock.advance(2000);
});
afterAll(async () => {
  await w.close();
});
afterEach(() => engineOf(w.cloud).quotas.set({}));

const ECHO = `${PARENT}/workflows/echo`;
const start = (fields: Json = {}) => w.call('workflowexecutions', 'POST', `${ECHO}/executions`, fields);

/** The execution after it has ended. */
async function ended(fields: Json = {}): Promise<Json> {
  const { body } = await start(fields);
  await w.cloud.clock.advance(1000);
  return (await w.call('workflowexecutions', 'GET', String(body['name']))).body;
}

describe('request quotas', () => {
  it('are the published ones', () => {
    expect(engineOf(w.cloud).quotas.limits).toEqual({
      workflows: 1200,
      executionGets: 6000,
      executionLists: 1200,
      executionWrites: 6000,
      running: 10_000,
      queued: 100_000,
    });
  });

  it.each([
    ['workflows', () => w.call('workflows', 'GET', ECHO)],
    ['executionLists', () => w.call('workflowexecutions', 'GET', `${ECHO}/executions`)],
    ['executionWrites', () => start()],
  ] as const)('%s: answers 429 beyond the limit, until the next minute', async (name, call) => {
    engineOf(w.cloud).quotas.set({ [name]: 2 });
    expect([(await call()).status, (await call()).status]).toEqual([200, 200]);
    expect(await call()).toMatchObject({
      status: 429,
      body: {
        error: {
          status: 'RESOURCE_EXHAUSTED',
          details: [{ reason: 'RATE_LIMIT_EXCEEDED', metadata: { quota_location: 'us-central1' } }],
        },
      },
    });
    await w.cloud.clock.advance(60_000);
    expect((await call()).status).toBe(200);
  });

  it('count each location by itself', async () => {
    engineOf(w.cloud).quotas.set({ workflows: 1 });
    const list = async (location: string) =>
      (await w.call('workflows', 'GET', `projects/acme/locations/${location}/workflows`)).status;
    expect([await list('us-central1'), await list('us-central1'), await list('us-east1')]).toEqual([
      200, 429, 200,
    ]);
  });
});

describe('an execution', () => {
  it('is kept for 90 days after its end', async () => {
    const { name } = await ended();
    await w.cloud.clock.advance(89 * DAY_MS);
    expect((await w.call('workflowexecutions', 'GET', String(name))).status).toBe(200);
    await w.cloud.clock.advance(2 * DAY_MS);
    expect((await w.call('workflowexecutions', 'GET', String(name))).status).toBe(404);
    const { body } = await w.call('workflowexecutions', 'GET', `${ECHO}/executions`);
    expect(JSON.stringify(body)).not.toContain(String(name));
  });

  it('keeps its revision while it runs, and is cancelled with its workflow', async () => {
    const path = `${PARENT}/workflows/kept`;
    const nap = (answer: string) =>
      `- nap: {call: sys.sleep, args: {seconds: 3600}}\n- a: {return: ${answer}}`;
    const begin = async () =>
      (await w.call('workflowexecutions', 'POST', `${path}/executions`, {})).body as { name: string };
    await w.call('workflows', 'POST', `${PARENT}/workflows?workflowId=kept`, { sourceContents: nap('old') });
    await w.cloud.clock.advance(2000);
    const old = await begin();
    await w.call('workflows', 'PATCH', `${path}?updateMask=sourceContents`, { sourceContents: nap('new') });
    await w.cloud.clock.advance(2000);
    await begin();
    await w.cloud.clock.advance(3_700_000);
    const { body } = await w.call('workflowexecutions', 'GET', `${path}/executions?view=FULL`);
    expect(body['executions']).toMatchObject([
      { result: '"new"', workflowRevisionId: expect.stringMatching(/^000002-/) as string },
      { name: old.name, result: '"old"', workflowRevisionId: expect.stringMatching(/^000001-/) as string },
    ]);
    const { name } = await begin();
    const running = engineOf(w.cloud).executions.get(
      { project: 'acme', location: 'us-central1', workflow: 'kept' },
      name.split('/').at(-1) ?? '',
    );
    await w.call('workflows', 'DELETE', path);
    await w.cloud.clock.advance(2000);
    expect(running.state).toBe('CANCELLED');
    expect((await w.call('workflowexecutions', 'GET', name)).status).toBe(404);
  });

  it('fails when it has run for a year', async () => {
    await w.call('workflows', 'POST', `${PARENT}/workflows?workflowId=years`, {
      sourceContents: '- a: {call: sys.sleep, args: {seconds: 31000000}}\n- b: {next: a}',
    });
    await w.cloud.clock.advance(2000);
    const { body } = await w.call('workflowexecutions', 'POST', `${PARENT}/workflows/years/executions`, {});
    await w.cloud.clock.advance(366 * DAY_MS);
    expect((await w.call('workflowexecutions', 'GET', String(body['name']))).body).toMatchObject({
      state: 'FAILED',
      error: { context: expect.stringContaining('TimeoutError') as string },
    });
  });
});

describe('triggerPubsubExecution', () => {
  const trigger = (fields: Json) =>
    w.call('workflowexecutions', 'POST', `${ECHO}:triggerPubsubExecution`, fields);
  const whole = {
    GCPCloudEventsMode: 'CUSTOM_PUBSUB_projects%2Facme%2Ftopics%2Ft',
    subscription: 'projects/acme/subscriptions/s',
    message: { data: 'aGk=', messageId: '7', publishTime: '2026-01-01T00:00:00Z', attributes: { a: 'b' } },
  };

  it('starts an execution with the message as a CloudEvent', async () => {
    const { status, body } = await trigger(whole);
    expect(status).toBe(200);
    await w.cloud.clock.advance(1000);
    const { body: done } = await w.call('workflowexecutions', 'GET', String(body['name']));
    expect(JSON.parse(String(done['result']))).toEqual({
      data: { message: whole.message, subscription: whole.subscription },
      datacontenttype: 'application/json',
      id: '7',
      source: '//pubsub.googleapis.com/projects/acme/topics/t',
      specversion: '1.0',
      time: '2026-01-01T00:00:00Z',
      type: 'google.cloud.pubsub.topic.v1.messagePublished',
    });
  });

  it.each([
    ['no message', { message: undefined }],
    ['an empty message', { message: {} }],
    ['data that is no base64', { message: { data: '!' } }],
    ['a wrong subscription', { subscription: 's' }],
    ['no mode', { GCPCloudEventsMode: '' }],
    ['an unknown field', { colour: 'red' }],
  ])('refuses %s', async (_name, change) => {
    expect((await trigger({ ...whole, ...change })).status).toBe(400);
  });
});
