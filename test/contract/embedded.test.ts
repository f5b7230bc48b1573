/** The store contract on SQLite: in memory, and in a file that two processes' worth of connections share. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { openStore } from '../../desired-state/open.ts';
import { storeContract } from './store.ts';

describe('the embedded store in memory', () => {
  storeContract(() => openStore({ kind: 'embedded', file: ':memory:' }));
});

describe('the embedded store in a file', () => {
  let folder: string | undefined;
  storeContract(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plumbline-store-'));
    return await openStore({ kind: 'embedded', file: join(folder, 'below', 'plumbline.db') });
  });
  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
});
