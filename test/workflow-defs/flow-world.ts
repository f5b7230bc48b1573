/** What suites stand on that run flows one by one from their deployed text: a world for each test, and ways to look at it. */
import { expect } from 'vitest';
import type { Flow } from '../../reconciler/model.ts';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';
import { openIntent, programOf, type Row } from './fakes.ts';
import { argument } from './told.ts';
import type { World } from './world.ts';

export const ledgerIn = (world: World): Row | undefined => world.tables.Ledger.get('acme');
export const executionIn = (world: World, flow: Flow): Row | undefined =>
  world.tables.Executions.get(`acme/acme-g3-${flow}-1`);
/** Program and action of each build, in the order they were started. */
export const programsIn = (world: World): string[] => world.builds.map(programOf);

/** Opens the intent and runs the flow. */
export async function launchIn(
  world: World,
  flow: Flow,
  more: Partial<ExecutionArgument> = {},
  before: Record<string, unknown> = {},
): ReturnType<World['run']> {
  const told = argument(flow, more);
  openIntent(world, told, before);
  return world.run(flow, told);
}

/** Ends the world of a test, which must have ended what it began. */
export async function leave(world: World): Promise<void> {
  await world.close();
  expect([...world.transactions], 'begun, and neither committed nor rolled back').toEqual([]);
}
