/** The embedded store's REST facade: on its own, and answer by answer beside the emulator's gateway. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveSpannerRest } from '../../desired-state/embedded/rest.ts';
import type { RestFacade } from '../../desired-state/embedded/rest.ts';
import { openStore } from '../../desired-state/open.ts';
import type { Store } from '../../desired-state/store.ts';
import { describeWith } from '../support/tools.ts';
import { newDatabase, sharedEmulator } from './emulator.ts';
import { SCENARIOS } from './rest-calls.ts';
import type { Answered, Caller } from './rest-calls.ts';

const DATABASE = 'projects/test/instances/contract/databases/embedded';

/** gRPC's codes by number: the gateway says these, Google's own REST the names. */
const GRPC: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
};

async function call(method: string, url: string, body?: unknown): Promise<Answered> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function openSession(base: string, database: string): Promise<Caller & { readonly name: string }> {
  const { body } = await call('POST', `${base}/v1/${database}/sessions`, {});
  const { name } = body as { name: string };
  return {
    name,
    post: (verb, sent) => call('POST', `${base}/v1/${name}${verb}`, sent),
    another: () => openSession(base, database),
  };
}

/** What is the same whoever answers: no ids, no times of commits, no wording of errors. */
function comparable({ status, body }: Answered): unknown {
  const found = body as { code?: number; error?: { status: string } };
  if (status !== 200) return { status, error: found.error?.status ?? GRPC[found.code ?? 0] ?? found };
  return JSON.parse(
    JSON.stringify(body, (key, value: unknown) => {
      if (key === 'id' || key === 'commitTimestamp') return `some ${key}`;
      return typeof value === 'string' && /^20\d\d-.*Z$/.test(value) && !value.startsWith('2020-')
        ? 'some time'
        : value;
    }),
  );
}

describe('the REST facade of the embedded store', () => {
  let folder: string;
  let store: Store;
  let facade: RestFacade;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-rest-'));
    const file = join(folder, 'plumbline.db');
    store = await openStore({ kind: 'embedded', file });
    await store.migrate();
    facade = await serveSpannerRest({ file, database: DATABASE });
  });

  afterAll(async () => {
    await facade.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows what the store wrote and writes what the store shows', async () => {
    await store.applyTenant({ name: 'acme', record: { spec: {} }, author: 'a', reason: 'r' });
    const session = await openSession(facade.url, DATABASE);
    const answer = await session.post(':read', {
      table: 'Tenants',
      columns: ['name', 'generation'],
      keySet: { keys: [['acme']] },
    });
    expect(answer.body).toMatchObject({ rows: [['acme', '1']] });
    const values = [['acme', 'DEPLOYED', '{"url":"http://10.0.0.1"}', '1', 'spanner.commit_timestamp()']];
    const columns = ['name', 'status', 'outputs', 'applied_generation', 'updated_at'];
    await session.post(':commit', {
      singleUseTransaction: { readWrite: {} },
      mutations: [{ insertOrUpdate: { table: 'Ledger', columns, values } }],
    });
    expect(await store.getLedger('acme')).toMatchObject({
      status: 'DEPLOYED',
      outputs: { url: 'http://10.0.0.1' },
      appliedGeneration: 1,
    });
  });

  it("aborts a workflow's commit when the store has changed what it read", async () => {
    await store.applyTenant({ name: 'fenced', record: { spec: {} }, author: 'a', reason: 'r' });
    const session = await openSession(facade.url, DATABASE);
    const { body } = await session.post(':beginTransaction', { options: { readWrite: {} } });
    const { id } = body as { id: string };
    const fence = { table: 'Ledger', columns: ['fence'], keySet: { keys: [['fenced']] } };
    await session.post(':read', { ...fence, transaction: { id } });
    await store.openIntent({
      name: 'fenced',
      generation: 1,
      flow: 'provision',
      workflow: 'w',
      because: [],
      requester: 'pass',
      deadline: '2026-01-01T01:00:00Z',
      now: '2026-01-01T00:00:00Z',
    });
    const late = await session.post(':commit', {
      transactionId: id,
      mutations: [
        { insertOrUpdate: { table: 'Ledger', columns: ['name', 'fence'], values: [['fenced', 'mine']] } },
      ],
    });
    expect(late).toMatchObject({ status: 409, body: { error: { code: 409, status: 'ABORTED' } } });
    expect(await store.getLedger('fenced')).toMatchObject({ fence: 'fenced-g1-provision-1' });
  });

  it('says which session, transaction or database it does not know', async () => {
    const session = await openSession(facade.url, DATABASE);
    const gone = await call('DELETE', `${facade.url}/v1/${session.name}`);
    expect(gone).toEqual({ status: 200, body: {} });
    expect(await call('GET', `${facade.url}/v1/${session.name}`)).toMatchObject({
      status: 404,
      body: { error: { status: 'NOT_FOUND', message: `Session not found: ${session.name}` } },
    });
    const other = DATABASE.replace('embedded', 'other');
    expect(await call('POST', `${facade.url}/v1/${other}/sessions`, {})).toMatchObject({
      status: 404,
      body: { error: { message: `Database not found: ${other}` } },
    });
    const open = await openSession(facade.url, DATABASE);
    expect(await open.post(':commit', { transactionId: 'AAAA', mutations: [] })).toMatchObject({
      status: 404,
      body: { error: { message: 'Transaction not found: AAAA' } },
    });
  });

  it('answers 501 by name for a call it does not serve', async () => {
    const session = await openSession(facade.url, DATABASE);
    expect(await session.post(':executeSql', { sql: 'SELECT 1' })).toMatchObject({
      status: 501,
      body: { error: { status: 'UNIMPLEMENTED', message: expect.stringContaining(':executeSql') as string } },
    });
  });

  it('refuses a body that is not JSON', async () => {
    const response = await fetch(`${facade.url}/v1/${DATABASE}/sessions`, { method: 'POST', body: '{' });
    expect(response.status).toBe(400);
  });

  describeWith('spanner', "beside the emulator's gateway", () => {
    let gateway: string;
    let database: string;

    beforeAll(async () => {
      const choice = await newDatabase();
      ({ database } = choice);
      gateway = (await sharedEmulator()).restUrl;
      const spanner = await openStore(choice);
      await spanner.migrate();
      await spanner.close();
    });

    it.each(SCENARIOS)('agrees on: $name', async ({ run }) => {
      const theirs = await run(await openSession(gateway, database));
      const ours = await run(await openSession(facade.url, DATABASE));
      expect(ours.map(comparable)).toEqual(theirs.map(comparable));
    });
  });
});
