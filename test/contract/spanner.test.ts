/** The store contract on the real Spanner emulator. */
import { afterAll } from 'vitest';
import { openStore } from '../../desired-state/open.ts';
import { describeWith } from '../support/tools.ts';
import { leaveEmulator, newDatabase } from './emulator.ts';
import { storeContract } from './store.ts';

describeWith('spanner', 'the Spanner store', () => {
  storeContract(async () => await openStore({ kind: 'spanner', database: await newDatabase() }));
  afterAll(leaveEmulator);
});
