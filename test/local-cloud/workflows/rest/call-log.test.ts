import { afterAll, beforeAll, expect, it } from 'vitest';
import { logEntries } from '../../../../local-cloud/logging/entries.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { workflowsCloud, type Json, type WorkflowsCloud } from '../support/cloud.ts';

let w: WorkflowsCloud;
let server: TestServer;
beforeAll(async () => {
  w = await workflowsCloud();
  server = await testServer((_asked, response) => response.end('ok'));
  await w.deploy(
    'calls',
    `
main:
  steps:
  - fetch: {call: http.get, args: {url: "${server.url}", headers: {Authorization: secret, X-A: b}}}
  - sum: {call: add, args: [1, 2], result: s}
  - try: {try: {call: fail}, except: {as: e, steps: [{caught: {assign: [{s: "\${s}"}]}}]}}
  - unseen: {return: "\${add(s, 1)}"}
add:
  params: [a, b]
  steps: [{r: {return: "\${a + b}"}}]
fail:
  steps: [{oops: {raise: {message: "went wrong"}}}]`,
  );
});
afterAll(async () => {
  await server.close();
  await w.close();
});

/** What one execution wrote to a log of the service, oldest first. */
async function logged(log: string, fields: Json): Promise<Json[]> {
  const { name } = await w.run('calls', undefined, fields);
  const id = String(name).split('/').at(-1);
  return logEntries(w.cloud)
    .list()
    .filter(({ labels }) => labels?.['workflows.googleapis.com/execution_id'] === id)
    .filter(({ logName }) => logName === `projects/acme/logs/workflows.googleapis.com%2F${log}`)
    .map(({ jsonPayload, severity }) => ({ severity, ...jsonPayload }));
}

const outline = (entries: readonly Json[]): string[] =>
  entries.map(({ state, step, callee }) => `${String(state)} ${String(step)} ${String(callee)}`);

it('LOG_ALL_CALLS tells call steps, their answers and their exceptions, but not calls inside expressions', async () => {
  const entries = await logged('engine_call', { callLogLevel: 'LOG_ALL_CALLS' });
  expect(outline(entries)).toEqual([
    'BEGUN fetch http.get',
    'SUCCEEDED fetch http.get',
    'BEGUN sum add',
    'SUCCEEDED sum add',
    'BEGUN try fail',
    'EXCEPTION_RAISED try fail',
    'EXCEPTION_HANDLED try main',
  ]);
  expect(entries[0]).toMatchObject({
    '@type': 'type.googleapis.com/google.cloud.workflows.type.EngineCallLog',
    begun: { namedArgs: { url: server.url, headers: { Authorization: '[REDACTED]', 'X-A': 'b' } } },
  });
  expect(entries[2]).toMatchObject({ begun: { args: [{ argument: '1' }, { argument: '2' }] } });
  expect(entries[3]).toMatchObject({ succeeded: { response: '3' } });
  expect(entries[5]).toMatchObject({
    severity: 'ERROR',
    exceptionRaised: { exception: 'went wrong', origin: 'oops' },
  });
});

it('LOG_ERRORS_ONLY tells exceptions only', async () => {
  expect(outline(await logged('engine_call', { callLogLevel: 'LOG_ERRORS_ONLY' }))).toEqual([
    'EXCEPTION_RAISED try fail',
    'EXCEPTION_HANDLED try main',
  ]);
});

it.each([{}, { callLogLevel: 'LOG_NONE' }])('nothing is told with %j', async (fields) => {
  expect(await logged('engine_call', fields)).toEqual([]);
});

it('start and end of every execution are told', async () => {
  expect(await logged('executions_system', {})).toMatchObject([
    { state: 'ACTIVE', start: { argument: 'null' } },
    { state: 'SUCCEEDED', success: { result: '4' } },
  ]);
});
