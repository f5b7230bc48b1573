/** Ties up what an earlier pass or a dead workflow left open, before a new pass decides anything. */
import type { ExecutionEntry } from '../desired-state/store.ts';
import { labelsOf } from './launch.ts';
import type { Execution, Ports } from './ports.ts';

/** An intent this young may belong to a launch that is just happening in another task. */
export const SETTLE_MS = 2 * 60 * 1000;

/** Never throws for a single tenant: one that cannot be settled stays in flight and is tried again next time. */
export async function settle(
  ports: Ports,
  onProblem: (tenant: string, error: unknown) => void,
): Promise<void> {
  for (const entry of await ports.store.listActive()) {
    try {
      await (entry.execution === null
        ? settleIntent(ports, entry)
        : settleLaunched(ports, entry, entry.execution));
    } catch (error) {
      onProblem(entry.name, error);
    }
  }
}

/** Crashed between intent and record: adopt the execution when it exists, give the intent up when it does not. */
async function settleIntent(ports: Ports, entry: ExecutionEntry): Promise<void> {
  const now = ports.clock.now();
  const [found] = await ports.workflows.find(entry.workflow, labelsOf(entry));
  if (found) {
    await ports.store.recordLaunch(entry.name, entry.intent, {
      execution: found.name,
      revision: found.workflowRevisionId,
      now: now.toISOString(),
    });
    if (hasEnded(found)) await close(ports, entry, found);
    return;
  }
  // One that has said it runs does run, whatever the list does not show yet.
  if (entry.state !== 'INTENT' || now.getTime() - Date.parse(entry.createdAt) < SETTLE_MS) return;
  // A late one that does turn up has lost the fence with this and ends as a no-op. Nothing was tried, so nothing failed.
  await ports.store.closeExecution(entry.name, entry.intent, {
    state: 'SUPERSEDED',
    error: 'the launch was interrupted before an execution existed; nothing was started',
    now: now.toISOString(),
  });
}

/** The workflow records its own end; one that was cancelled or lost cannot. */
async function settleLaunched(ports: Ports, entry: ExecutionEntry, name: string): Promise<void> {
  const execution = await ports.workflows.get(name);
  if (execution && !hasEnded(execution)) return;
  await close(ports, entry, execution);
}

const hasEnded = (execution: Execution): boolean =>
  execution.state !== 'ACTIVE' && execution.state !== 'QUEUED';

async function close(ports: Ports, entry: ExecutionEntry, execution: Execution | undefined): Promise<void> {
  const state = execution?.state;
  await ports.store.closeExecution(entry.name, entry.intent, {
    state: state === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED',
    error:
      state === 'SUCCEEDED'
        ? null
        : (execution?.error ??
          `the execution ended as ${state ?? 'unknown to the service'} without recording why`),
    now: ports.clock.now().toISOString(),
  });
}
