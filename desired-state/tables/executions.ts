/**
 * Executions: the intent that comes before a launch, what was launched, and how it ended. At most one execution of a
 * tenant is under way; the ledger's fence names the one that may write.
 */
import type { ExecutionState, Flow, TenantStatus } from '../../reconciler/model.ts';
import type { TableModel } from '../ddl.ts';
import { StoreError } from '../store.ts';
import type { ExecutionEntry, IntentResult, NewIntent, Store } from '../store.ts';
import { chunks } from './chunks.ts';
import { prefix } from './engine.ts';
import type { Engine } from './engine.ts';
import { integer, json, maybeText, text } from './fields.ts';
import { COMMIT_TIME, inTransaction } from './rows.ts';
import type { Row, RowReader, RowTransaction } from './rows.ts';
import { trimTimestamp } from './timestamp.ts';

const ACTIVE: readonly ExecutionState[] = ['INTENT', 'LAUNCHED', 'RUNNING'];

const LOST = 'lost: no end was recorded before its deadline';

const ROWS_PER_READ = 200;

type End = Parameters<Store['closeExecution']>[2];

export async function openIntent(
  engine: Engine,
  model: TableModel,
  wanted: NewIntent,
): Promise<IntentResult> {
  const { value, committedAt } = await inTransaction(engine, model, async (tx) => {
    const current = await currentGeneration(tx, wanted.name);
    // What is left of a tenant is taken down whatever the newest record says.
    const fits =
      wanted.flow === 'decommission' ? wanted.generation <= current : wanted.generation === current;
    if (!fits) return { outcome: 'outdated' as const, generation: current };

    const earlier = await executionsOf(tx, wanted.name);
    const active = earlier.filter(isActive);
    const busy = active.find((entry) => Date.parse(entry.deadline) > Date.parse(wanted.now));
    if (busy !== undefined) return { outcome: 'busy' as const, execution: busy };
    for (const lost of active) {
      tx.write('update', 'Executions', {
        name: lost.name,
        intent: lost.intent,
        state: 'FAILED',
        error: LOST,
        updated_at: COMMIT_TIME,
      });
    }
    const execution = newExecution(wanted, earlier);
    writeIntent(tx, execution);
    return { outcome: 'opened' as const, execution };
  });
  if (value.outcome !== 'opened') return value;
  return {
    outcome: 'opened',
    execution: { ...value.execution, createdAt: committedAt, updatedAt: committedAt },
  };
}

export async function recordLaunch(
  engine: Engine,
  model: TableModel,
  name: string,
  intent: string,
  launched: { readonly execution: string; readonly revision: string },
): Promise<void> {
  await inTransaction(engine, model, async (tx) => {
    const entry = await getExecution(tx, name, intent);
    const { execution, revision } = launched;
    if (entry.execution === execution && entry.revision === revision && entry.state !== 'INTENT') return;
    tx.write('update', 'Executions', {
      name,
      intent,
      // The workflow may have been faster than we: its RUNNING or its end stays.
      state: entry.state === 'INTENT' ? 'LAUNCHED' : entry.state,
      execution,
      revision,
      updated_at: COMMIT_TIME,
    });
  });
}

export async function closeExecution(
  engine: Engine,
  model: TableModel,
  name: string,
  intent: string,
  end: End,
): Promise<void> {
  await inTransaction(engine, model, async (tx) => {
    const entry = await getExecution(tx, name, intent);
    if (!isActive(entry)) return;
    tx.write('update', 'Executions', {
      name,
      intent,
      state: end.state,
      error: end.error,
      updated_at: COMMIT_TIME,
    });
    const ledger = await tx.get('Ledger', [name]);
    // A newer intent's fence is not ours to take away.
    if (ledger === undefined || maybeText(ledger, 'fence') !== intent) return;
    tx.write('update', 'Ledger', {
      name,
      fence: null,
      ...(end.state === 'FAILED' ? { last_error: end.error } : {}),
      ...(end.state === 'FAILED' &&
      CHANGING.has(entry.flow) &&
      UNDER_WAY.has(maybeText(ledger, 'status') ?? '')
        ? { status: 'FAILED' }
        : {}),
      updated_at: COMMIT_TIME,
    });
  });
}

/** Flows that change an environment: one that was cut short leaves it neither as it was nor as it should be. */
const CHANGING: ReadonlySet<string> = new Set<Flow>(['provision', 'redeploy', 'rebuild', 'decommission']);

const UNDER_WAY: ReadonlySet<string> = new Set<TenantStatus>([
  'CREATING',
  'READY',
  'DEPLOYING',
  'REBUILDING',
  'REDEPLOYING',
  'DECOMMISSIONING',
]);

export async function listActive(rows: RowReader, name?: string): Promise<ExecutionEntry[]> {
  if (name !== undefined) return newestFirst((await executionsOf(rows, name)).filter(isActive));
  const keys = await rows.scan(
    'Executions',
    { ranges: ACTIVE.map((state) => prefix([state])) },
    { index: 'ExecutionsByState' },
  );
  const found: ExecutionEntry[] = [];
  for (const part of chunks(keys, ROWS_PER_READ)) {
    const read = await rows.scan('Executions', {
      keys: part.map((row) => [text(row, 'name'), text(row, 'intent')]),
    });
    found.push(...read.map(toExecution));
  }
  // Between the two reads an execution may have ended.
  return found.filter(isActive);
}

export async function listExecutions(
  rows: RowReader,
  name: string,
  limit?: number,
): Promise<ExecutionEntry[]> {
  return newestFirst(await executionsOf(rows, name)).slice(0, limit);
}

async function currentGeneration(rows: RowReader, name: string): Promise<number> {
  const [row] = await rows.scan('Tenants', { keys: [[name]] }, { columns: ['generation'] });
  if (row !== undefined) return integer(row, 'generation');
  throw new StoreError(`there is no record of tenant ${name}: apply one first`, { retryable: false });
}

async function executionsOf(rows: RowReader, name: string): Promise<ExecutionEntry[]> {
  return (await rows.scan('Executions', { ranges: [prefix([name])] })).map(toExecution);
}

async function getExecution(rows: RowReader, name: string, intent: string): Promise<ExecutionEntry> {
  const row = await rows.get('Executions', [name, intent]);
  if (row !== undefined) return toExecution(row);
  throw new StoreError(`tenant ${name} has no execution ${intent}`, { retryable: false });
}

/** `<tenant>-g<generation>-<flow>-<attempt>`. */
function newExecution(wanted: NewIntent, earlier: readonly ExecutionEntry[]): ExecutionEntry {
  const { name, generation, flow, workflow, because, requester, deadline } = wanted;
  const attempts = earlier.filter((entry) => entry.generation === generation && entry.flow === flow);
  return {
    name,
    intent: `${name}-g${generation}-${flow}-${attempts.length + 1}`,
    generation,
    flow,
    state: 'INTENT',
    workflow,
    execution: null,
    revision: null,
    because,
    requester,
    // As it will be read back: the same row must look the same to who opened it and to who finds it.
    deadline: trimTimestamp(deadline),
    error: null,
    createdAt: '',
    updatedAt: '',
  };
}

function writeIntent(tx: RowTransaction, entry: ExecutionEntry): void {
  const { name, intent, generation, flow, state, workflow, because, requester, deadline } = entry;
  tx.write('insert', 'Executions', {
    name,
    intent,
    generation,
    flow,
    state,
    workflow,
    because,
    requester,
    deadline,
    created_at: COMMIT_TIME,
    updated_at: COMMIT_TIME,
  });
  tx.write('insertOrUpdate', 'Ledger', { name, fence: intent, updated_at: COMMIT_TIME });
}

const isActive = ({ state }: ExecutionEntry): boolean => ACTIVE.includes(state);

const newestFirst = (entries: readonly ExecutionEntry[]): ExecutionEntry[] =>
  // RFC 3339 texts of different precision do not sort as text: `…00Z` comes after `…00.5Z`.
  [...entries].sort((one, other) => compareTimes(other.createdAt, one.createdAt));

function compareTimes(one: string, other: string): number {
  const bare = (time: string) => time.replace(/Z$/, '');
  return bare(one) < bare(other) ? -1 : bare(one) > bare(other) ? 1 : 0;
}

const toExecution = (row: Row): ExecutionEntry => ({
  name: text(row, 'name'),
  intent: text(row, 'intent'),
  generation: integer(row, 'generation'),
  // Written by us or by our workflows, from the same lists.
  flow: text(row, 'flow') as Flow,
  state: text(row, 'state') as ExecutionState,
  workflow: text(row, 'workflow'),
  execution: maybeText(row, 'execution'),
  revision: maybeText(row, 'revision'),
  because: json(row, 'because'),
  requester: text(row, 'requester'),
  deadline: text(row, 'deadline'),
  error: maybeText(row, 'error'),
  createdAt: text(row, 'created_at'),
  updatedAt: text(row, 'updated_at'),
});
