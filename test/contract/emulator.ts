/** One Spanner emulator for all test files of a worker, with a database of its own for each. */
import { randomUUID } from 'node:crypto';
import { createDatabase } from '../../desired-state/spanner/create-database.ts';
import { findEmulator, startEmulator } from '../../desired-state/spanner/emulator.ts';
import type { Emulator } from '../../desired-state/spanner/emulator.ts';

let running: Promise<Emulator> | undefined;

/** Started at the first call; it ends with the process, since it watches a pipe this process holds. */
export async function sharedEmulator(): Promise<Emulator> {
  running ??= start();
  return await running;
}

/** A new, empty database, as openStore takes it. */
export async function newDatabase() {
  const { grpcHost } = await sharedEmulator();
  const name = `projects/test/instances/contract/databases/d${randomUUID().slice(0, 8)}`;
  await createDatabase(name, { emulatorHost: grpcHost });
  return { kind: 'spanner', database: name, emulatorHost: grpcHost } as const;
}

async function start(): Promise<Emulator> {
  const choice = findEmulator();
  if (choice === undefined) throw new Error('no Spanner emulator was found');
  return await startEmulator(choice);
}
