/** The store contract on the real Spanner emulator. */
import { openStore } from '../../desired-state/open.ts';
import { describeWith } from '../support/tools.ts';
import { newDatabase } from './emulator.ts';
import { storeContract } from './store.ts';

describeWith('spanner', 'the Spanner store', () => {
  storeContract(async () => await openStore(await newDatabase()));
});
