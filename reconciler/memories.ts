/** What the store keeps of findings, gathered per tenant: open ones, their history, and how our own runs came out. */
import type { FindingHistory, Looked, Store } from '../desired-state/store.ts';
import { lastLookAt, type Memory } from './history.ts';
import type { ExecutionState } from './model.ts';

/** Newest runs among which every task's last one is to be found, with some for named tenants in between. */
export const LOOKS_KEPT = 100;

/** One answer per name; a tenant nobody knows anything of has an empty memory. `looks`: the newest runs' first. */
export async function memoriesOf(
  store: Store,
  names: readonly string[],
  looks: readonly Looked[],
): Promise<(name: string) => Memory> {
  const [open, kept] = await Promise.all([store.openFindings(names), store.historyOf(names)]);
  const known = Map.groupBy(open, (finding) => finding.name);
  const history = Map.groupBy(kept, (entry) => entry.name);
  const runs = new Map(
    await Promise.all(
      [...history]
        .filter(([, entries]) => entries.some(isUnsettled))
        .map(async ([name]) => [name, await runsOf(store, name)] as const),
    ),
  );
  return (name) => ({
    known: new Map(known.get(name)?.map((finding) => [finding.key, finding])),
    history: new Map(history.get(name)?.map((entry) => [entry.key, entry])),
    runs: runs.get(name) ?? new Map<string, ExecutionState>(),
    lastLook: lastLookAt(looks, name),
  });
}

/** Whether a run of ours may have ended since; of a fleet at rest none has. */
const isUnsettled = ({ corrections }: FindingHistory): boolean => corrections.some(({ done }) => !done);

async function runsOf(store: Store, name: string): Promise<ReadonlyMap<string, ExecutionState>> {
  const executions = await store.listExecutions(name);
  return new Map(
    executions.flatMap(({ execution, state }) => (execution === null ? [] : [[execution, state]])),
  );
}
