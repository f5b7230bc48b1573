/**
 * Writing the ledger: one read-write transaction that first reads the fence, so that a workflow that has lost it
 * changes nothing. Keys and mutations only, no SQL: the emulator's REST gateway and the embedded store serve the same.
 */
import type { ExecutionState, Platform, TenantStatus } from '../../reconciler/model.ts';
import { BEGIN_TRANSACTION, COMMIT, CREATE_SESSION, DELETE_SESSION, READ, ROLLBACK } from '../functions.ts';
import {
  assign,
  attempt,
  call,
  choose,
  expr,
  give,
  otherwise,
  raise,
  routine,
  when,
  type Routine,
  type Step,
  type Value,
  type ValueMap,
} from '../tree.ts';
import { ask } from './connectors.ts';
import { disregard, raiseWithCause, SPANNER_RETRY } from './errors.ts';

/** Columns of `Ledger` that a workflow writes, besides the key and `updated_at`. */
export type LedgerChange = { readonly status?: TenantStatus } & {
  readonly [
    column in
      | 'fence'
      | 'request_id'
      | 'namespace'
      | 'tf_state_uri'
      | 'tf_vars_snapshot'
      | 'cluster'
      | 'region'
      | 'build_id'
      | 'kubeconfig_ref'
      | 'worker_pool'
      | 'service_endpoint'
      | 'image_digest'
      | 'outputs'
      | 'applied_generation'
      | 'health'
      | 'deep_check'
      | 'deep_check_intent'
      | 'deep_check_asked_at'
      | 'last_error'
  ]?: Value;
};

/** The states a workflow gives its own execution. */
export type OwnState = Extract<ExecutionState, 'RUNNING' | 'SUCCEEDED' | 'FAILED'>;

/** The routine that writes the ledger. */
export const RECORD = 'record';

/** Spanner puts the commit's time here; only for columns that allow it. */
export const COMMIT_TIME = 'spanner.commit_timestamp()';

const update = (table: string, row: ValueMap): ValueMap => ({
  update: { table, columns: Object.keys(row), values: [Object.values(row)] },
});

export const ledgerUpdate = (change: LedgerChange): ValueMap =>
  update('Ledger', { name: expr('args.tenant'), ...change, updated_at: COMMIT_TIME });

export const executionUpdate = (state: OwnState, error: Value): ValueMap =>
  update('Executions', {
    name: expr('args.tenant'),
    intent: expr('args.intent'),
    state,
    error,
    updated_at: COMMIT_TIME,
  });

/** Calls it; whether it was written is then in `kept`. */
export const record = (name: string, state: OwnState, mutations: Value): Step =>
  call(name, RECORD, { tenant: expr('args.tenant'), intent: expr('args.intent'), state, mutations }, 'kept');

/** Records, and ends the execution when the fence is another's: someone took over, and nothing of this may land. */
export const recordOrStop = (name: string, state: OwnState, ledger: LedgerChange): readonly Step[] => [
  record(
    name,
    state,
    // A flow that only looks has nothing to say of the tenant when it begins.
    [...(Object.keys(ledger).length > 0 ? [ledgerUpdate(ledger)] : []), executionUpdate(state, null)],
  ),
  choose(
    `${name}_or_stop`,
    when(expr('not kept'), { return: { outcome: 'superseded', intent: expr('args.intent') } }),
  ),
];

/** Spanner drops a forgotten session only after an hour; until then it counts and costs. */
export const closeSession: Routine = routine(
  'close_session',
  ['session'],
  [
    attempt('close', [ask('delete_session', DELETE_SESSION, { name: expr('session') })], {
      once: 'Spanner drops a forgotten session by itself',
      except: disregard('close', 'what the session was for is done'),
    }),
  ],
);

const readRow = (name: string, table: string, column: string, key: readonly string[]): readonly Step[] => [
  ask(
    name,
    READ,
    {
      session: expr('session'),
      body: {
        transaction: { id: expr('transaction.id') },
        table,
        columns: [column],
        keySet: { keys: [key.map(expr)] },
      },
    },
    'found',
  ),
  assign(`${name}_rows`, { rows: expr('default(map.get(found, "rows"), [])') }),
];

/** A transaction that has ended by itself cannot be rolled back, and need not be. */
const rollBack = (name: string): Step =>
  attempt(
    name,
    [
      ask(`${name}_transaction`, ROLLBACK, {
        session: expr('session'),
        body: { transactionId: expr('transaction.id') },
      }),
    ],
    {
      once: 'Spanner ends a transaction that is left alone by itself',
      except: disregard(name, 'nothing of the transaction was committed'),
    },
  );

/**
 * A commit whose answer was lost may have landed: then this execution has given up the fence, which may be another's
 * by now, and its own row already says what it wanted to say. That is a success, not a loss.
 */
const readAndWrite: readonly Step[] = [
  ...readRow('read_fence', 'Ledger', 'fence', ['tenant']),
  choose(
    'by_fence',
    when(expr('rows == [[intent]]'), {
      steps: [
        ask('commit', COMMIT, {
          session: expr('session'),
          body: { transactionId: expr('transaction.id'), mutations: expr('mutations') },
        }),
        give('held', true),
      ],
    }),
    when(expr('state != "RUNNING"'), {
      steps: [
        ...readRow('read_execution', 'Executions', 'state', ['tenant', 'intent']),
        assign('landed_before', { kept: expr('rows == [[state]]') }),
      ],
    }),
    otherwise({ steps: [assign('lost', { kept: false })] }),
  ),
];

/**
 * One try. Whatever was begun and not committed is rolled back at once, before another try too: a read-write
 * transaction holds its locks for seconds, and the emulator knows one at a time and may die with one left open.
 */
export const transactRoutine: Routine = routine(
  'transact',
  ['session', 'tenant', 'intent', 'state', 'mutations'],
  [
    ask(
      'begin_transaction',
      BEGIN_TRANSACTION,
      { session: expr('session'), body: { options: { readWrite: {} } } },
      'transaction',
    ),
    attempt('read_and_write', readAndWrite, {
      except: { as: 'e', steps: [rollBack('undo'), raise('give_to_retry', expr('e'))] },
    }),
    rollBack('leave'),
    give('whether_kept', expr('kept')),
  ],
);

/** True: `mutations` are committed. False: another intent holds the fence, or none does, and nothing was written. */
export const recordRoutine = (platform: Platform): Routine =>
  routine(
    RECORD,
    ['tenant', 'intent', 'state', 'mutations'],
    [
      attempt(
        'open',
        [
          ask('create_session', CREATE_SESSION, { database: platform.database }, 'created'),
          assign('opened', { session: expr('created.name') }),
        ],
        {
          retry: SPANNER_RETRY,
          except: raiseWithCause('open', '"the ledger of " + tenant + " cannot be opened"'),
        },
      ),
      attempt(
        'write',
        [
          call(
            'transact',
            'transact',
            {
              session: expr('session'),
              tenant: expr('tenant'),
              intent: expr('intent'),
              state: expr('state'),
              mutations: expr('mutations'),
            },
            'kept',
          ),
        ],
        {
          retry: SPANNER_RETRY,
          except: {
            as: 'e',
            steps: [
              call('close_after_error', 'close_session', { session: expr('session') }),
              call('write_cause', 'cause_of', { e: expr('e') }, 'cause'),
              raise('write_raise', {
                message: expr('"the ledger of " + tenant + " cannot be written (" + state + "): " + cause'),
              }),
            ],
          },
        },
      ),
      call('close_after_all', 'close_session', { session: expr('session') }),
      give('whether_kept', expr('kept')),
    ],
  );
