/** Tells exceptions for the fleet that are over or match nothing, once the whole fleet has been judged. */
import type { Roll } from './assemble.ts';
import { withFaults, type Fault, type FleetExceptions } from './fleet-exceptions.ts';
import { casesOf } from './load.ts';
import type { Looked } from './look.ts';
import type { Ports } from './ports.ts';
import { changesOf } from './run-record.ts';
import type { Fleet } from './survey.ts';

/** Throws only what the store throws. */
export async function tellExceptions(
  { store }: Ports,
  {
    fleet,
    roll,
    looked,
    exceptions,
  }: {
    readonly fleet: Fleet;
    readonly roll: Roll;
    readonly looked: Looked;
    readonly exceptions: FleetExceptions;
  },
  { now, dryRun }: { readonly now: string; readonly dryRun: boolean },
): Promise<void> {
  const told = Map.groupBy(exceptions.faults(), ({ row }) => row.name);
  const entries = fleet.entries.filter(({ name }) => told.has(name));
  for (const item of await casesOf(store, fleet, entries)) {
    const faults: readonly Fault[] = told.get(item.stored.name) ?? [];
    const [first] = faults;
    if (first === undefined) continue;
    const row = withFaults(
      first.row,
      item,
      faults.map(({ exception }) => exception),
      now,
    );
    roll.replace(row);
    looked.changes.set(row.name, changesOf([row], [item], now));
    if (dryRun || faults.every(({ again }) => again)) continue;
    // Who tells of the fleet is looked at in every pass, so that it is told no longer than it is true.
    const last = (await store.observationsOf([row.name])).get(row.name);
    if (last !== undefined) looked.saved.set(row.name, { ...last, assets: null, quiet: false });
  }
}
