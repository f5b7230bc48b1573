/** The embedded store shared by processes, and what it says when its file is no good. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import { StoreError } from '../../../desired-state/store.ts';

const OPEN = pathToFileURL(join(import.meta.dirname, '..', '..', '..', 'desired-state', 'open.ts')).href;

/** Applies twenty edits to one record and asks for an intent, as another process would. */
const WORK = `
  const { openStore } = await import(${JSON.stringify(OPEN)});
  const store = await openStore({ kind: 'embedded', file: process.argv[1] });
  await store.migrate();
  for (let size = 0; size < 20; size += 1) {
    const record = { spec: { by: process.pid, size } };
    await store.applyTenant({ name: 'shared', record, author: 'a', reason: 'r' });
  }
  const generation = 1;
  const { outcome } = await store.openIntent({
    name: 'shared', generation, flow: 'decommission', workflow: 'w', because: [], requester: 'r',
    deadline: '2026-01-01T01:00:00Z', now: '2026-01-01T00:00:00Z',
  });
  process.stdout.write(outcome);
  await store.close();
`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-processes-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function work(file: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WORK, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  return output;
}

describe('the embedded store between processes', () => {
  it('loses no edit and opens one intent', async () => {
    const file = join(folder, 'shared.db');
    const outcomes = await Promise.all([work(file), work(file), work(file)]);
    expect(outcomes.sort()).toEqual(['busy', 'busy', 'opened']);
    const store = await openStore({ kind: 'embedded', file });
    const revisions = (await store.listRevisions('shared')).map(({ revision }) => revision);
    expect(revisions).toEqual(Array.from({ length: 60 }, (_, index) => 60 - index));
    expect(await store.getTenant('shared')).toMatchObject({ generation: 60 });
    await store.close();
  });
});

describe('an embedded store that cannot be', () => {
  it('says that a file is no store', async () => {
    const file = join(folder, 'text.db');
    await writeFile(file, 'this is not a database, and longer than a page header needs to be. '.repeat(20));
    const opening = (async () => {
      const store = await openStore({ kind: 'embedded', file });
      await store.migrate();
    })();
    await expect(opening).rejects.toThrow(StoreError);
    await expect(opening).rejects.toThrow(
      /text\.db\): .*not a database; the file is damaged or not a Plumbline store/,
    );
  });

  it('says that a folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    const opening = openStore({ kind: 'embedded', file: join(folder, 'file', 'below.db') });
    await expect(opening).rejects.toThrow(/check that this user may write the file and its folder/);
  });

  it.runIf(process.platform === 'linux')('says so too where the system makes no folder at all', async () => {
    const opening = openStore({ kind: 'embedded', file: '/proc/plumbline/below/store.db' });
    await expect(opening).rejects.toThrow(/check that this user may write the file and its folder/);
  });

  it('asks for its migrations', async () => {
    const store = await openStore({ kind: 'embedded', file: ':memory:' });
    await expect(store.getTenant('a')).rejects.toThrow(/run its migrations first/);
    await store.close();
  });
});
