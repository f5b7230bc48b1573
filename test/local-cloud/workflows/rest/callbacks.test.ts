import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PARENT, workflowsCloud, type Json, type WorkflowsCloud } from '../support/cloud.ts';

/** Time stands still: nothing is taken before the test lets the workflow go on. */
let w: WorkflowsCloud;
beforeAll(async () => {
  w = await workflowsCloud(0);
  await w.call('workflows', 'POST', `${PARENT}/workflows?workflowId=hooks`, {
    sourceContents: `
- make: {call: events.create_callback_endpoint, args: {http_callback_method: PUT}, result: c}
- more:
    for: {value: i, range: [1, 3], steps: [{one: {call: events.create_callback_endpoint, result: d}}]}
- work: {call: sys.sleep, args: {seconds: 60}}
- first: {call: events.await_callback, args: {callback: "\${c}"}, result: a}
- work2: {call: sys.sleep, args: {seconds: 60}}
- second:
    try: {call: events.await_callback, args: {callback: "\${c}", timeout: 30}, result: b}
    except: {as: e, steps: [{late: {return: ["\${a.http_request.body}", "\${e.tags[0]}"]}}]}
- done: {return: ["\${a.http_request.body}", "\${b.http_request.body}", "\${b.http_request.query}"]}`,
  });
  await w.cloud.clock.advance(2000);
});
afterAll(async () => {
  await w.close();
});

const get = async (path: string): Promise<Json> => (await w.call('workflowexecutions', 'GET', path)).body;

async function started(): Promise<{ execution: string; callback: string }> {
  const { body } = await w.call('workflowexecutions', 'POST', `${PARENT}/workflows/hooks/executions`, {});
  const execution = String(body['name']);
  await w.cloud.clock.advance(1000);
  const { callbacks } = await get(`${execution}/callbacks`);
  return { execution, callback: String((callbacks as Json[])[0]?.['name']) };
}

const put = (callback: string, body: unknown) => w.call('workflowexecutions', 'PUT', callback, body);

/** The execution once it is over: what it does after a wait takes turns of the event loop, not of the clock. */
async function ended(execution: string): Promise<Json> {
  for (;;) {
    const body = await get(execution);
    if (body['state'] !== 'ACTIVE') return body;
  }
}

describe('callbacks', () => {
  it('are listed with their waiters and payloads, in pages', async () => {
    const { execution, callback } = await started();
    const all = (await get(`${execution}/callbacks`))['callbacks'] as Json[];
    expect(all).toHaveLength(4);
    expect(all[0]).toEqual({ name: callback, method: 'PUT', waiters: '0', availablePayloads: [] });
    const page = await get(`${execution}/callbacks?pageSize=3`);
    expect(page['callbacks']).toHaveLength(3);
    const rest = await get(`${execution}/callbacks?pageSize=3&pageToken=${String(page['nextPageToken'])}`);
    expect(rest['callbacks']).toHaveLength(1);
    await put(callback, { n: 1 });
    const [stored] = (await get(`${execution}/callbacks`))['callbacks'] as Json[];
    expect(stored).toMatchObject({ waiters: '0', availablePayloads: ['{"n":1}'] });
  });

  it('keep one request until it is taken, and refuse a second', async () => {
    const { execution, callback } = await started();
    expect((await put(callback, { n: 1 })).status).toBe(200);
    expect(await put(callback, { n: 2 })).toMatchObject({ status: 429 });
    await w.cloud.clock.advance(70_000);
    expect((await put(`${callback}?k=v`, { n: 3 })).status).toBe(200);
    await w.cloud.clock.advance(70_000);
    expect(await ended(execution)).toMatchObject({ result: '[{"n":1},{"n":3},{"k":"v"}]' });
    expect((await put(callback, {})).status).toBe(404);
  });

  it('raise TimeoutError in the workflow when nothing comes', async () => {
    const { execution, callback } = await started();
    await put(callback, { n: 1 });
    await w.cloud.clock.advance(70_000);
    await w.cloud.clock.advance(70_000);
    await w.cloud.clock.advance(70_000);
    expect(await ended(execution)).toMatchObject({ result: '[{"n":1},"TimeoutError"]' });
  });

  it('answer 404 for an unknown one and for another method', async () => {
    const { callback } = await started();
    expect((await put(`${callback}x`, {})).status).toBe(404);
    expect((await w.call('workflowexecutions', 'POST', callback, {})).status).toBe(404);
  });
});
