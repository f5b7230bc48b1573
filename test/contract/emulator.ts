/** One Spanner emulator for all test files of a worker, with a database of its own for each. */
import { randomUUID } from 'node:crypto';
import { createDatabase } from '../../desired-state/spanner/create-database.ts';
import { findEmulator, startEmulator } from '../../desired-state/spanner/emulator.ts';
import type { Emulator } from '../../desired-state/spanner/emulator.ts';

let running: Promise<Emulator> | undefined;

/** Started at the first call; it ends with the process, since it watches a pipe this process holds. */
export async function sharedEmulator(): Promise<Emulator> {
  running ??= start();
  const emulator = await running;
  process.env['SPANNER_EMULATOR_HOST'] = emulator.grpcHost;
  return emulator;
}

/** For the end of a file: the next one in this worker has asked for no emulator. */
export function leaveEmulator(): void {
  delete process.env['SPANNER_EMULATOR_HOST'];
}

/** The full name of a new, empty database. */
export async function newDatabase(): Promise<string> {
  await sharedEmulator();
  const name = `projects/test/instances/contract/databases/d${randomUUID().slice(0, 8)}`;
  await createDatabase(name);
  return name;
}

async function start(): Promise<Emulator> {
  const choice = findEmulator();
  if (choice === undefined) throw new Error('no Spanner emulator was found');
  return await startEmulator(choice);
}
