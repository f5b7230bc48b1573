/** Calls a workflow may make of Spanner's REST API, as scenarios whose answers two servers must agree on. */

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** One session of one server. */
export interface Caller {
  /** `:read`, `:commit` …, of this session. */
  post(verb: string, body: unknown): Promise<Answered>;
  /** Another session of the same database. */
  another(): Promise<Caller>;
}

export interface Scenario {
  readonly name: string;
  readonly run: (caller: Caller) => Promise<Answered[]>;
}

const EMPTY = { readWrite: {} };

type Write = 'insert' | 'update' | 'insertOrUpdate' | 'replace';
type Values = readonly unknown[];

/** A mutation of the Ledger. */
const ledger = (kind: Write, columns: readonly string[], ...values: readonly Values[]) => ({
  [kind]: { table: 'Ledger', columns, values },
});

const commit = (caller: Caller, ...mutations: unknown[]) =>
  caller.post(':commit', { singleUseTransaction: EMPTY, mutations });

const read = (caller: Caller, keySet: unknown, more: object = {}) =>
  caller.post(':read', { table: 'Ledger', columns: ['name', 'status'], keySet, ...more });

const begin = async (caller: Caller): Promise<string> => {
  const { body } = await caller.post(':beginTransaction', { options: EMPTY });
  return (body as { id: string }).id;
};

/** Empties a table: the two servers' databases need not hold the same otherwise. */
const clean = (caller: Caller, table = 'Ledger') =>
  commit(caller, { delete: { table, keySet: { all: true } } });

/** Runs the calls one after the other. */
async function each(...calls: readonly (() => Promise<Answered>)[]): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (const call of calls) answers.push(await call());
  return answers;
}

const seeded = async (caller: Caller) => {
  await clean(caller);
  await commit(caller, ledger('insert', ['name', 'status'], ['a', 'READY'], ['b', null], ['c', 'FAILED']));
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'every type is written and read',
    run: async (caller) => {
      await clean(caller);
      await clean(caller, 'Executions');
      const columns = ['name', 'status', 'outputs', 'applied_generation', 'updated_at'];
      const row = [
        't',
        'READY',
        '{"z":1,"a":[1,null,"x"]}',
        '9007199254740993',
        'spanner.commit_timestamp()',
      ];
      const execution = [
        't',
        'i',
        '1',
        'provision',
        'RUNNING',
        'w',
        '[]',
        'pass',
        '2020-01-02T03:04:05.120Z',
      ];
      const names = [
        'name',
        'intent',
        'generation',
        'flow',
        'state',
        'workflow',
        'because',
        'requester',
        'deadline',
      ];
      const now = ['spanner.commit_timestamp()', 'spanner.commit_timestamp()'];
      return await each(
        () => commit(caller, ledger('insert', columns, row)),
        () => caller.post(':read', { table: 'Ledger', columns, keySet: { keys: [['t']] } }),
        () =>
          commit(caller, {
            insertOrUpdate: {
              table: 'Executions',
              columns: [...names, 'created_at', 'updated_at'],
              values: [[...execution, ...now]],
            },
          }),
        () => caller.post(':read', { table: 'Executions', columns: names, keySet: { all: true } }),
        () =>
          caller.post(':read', {
            table: 'Executions',
            index: 'ExecutionsByState',
            columns: ['name', 'intent', 'state'],
            keySet: { ranges: [{ startClosed: ['RUNNING'], endClosed: ['RUNNING'] }] },
          }),
      );
    },
  },
  {
    name: 'key sets select rows in key order',
    run: async (caller) => {
      await seeded(caller);
      return await each(
        () => read(caller, { all: true }),
        () => read(caller, { keys: [['c'], ['a'], ['zz'], ['a']] }),
        () => read(caller, { keys: [['zz']] }),
        () => read(caller, { all: true }, { limit: '2' }),
        () => read(caller, { ranges: [{ startClosed: ['b'], endClosed: [] }] }),
        () => read(caller, { ranges: [{ startOpen: ['a'], endOpen: ['c'] }] }),
        () => read(caller, { keys: [['c']], ranges: [{ startClosed: ['a'], endOpen: ['b'] }] }),
        () => read(caller, { all: true }, { transaction: { singleUse: { readOnly: { strong: true } } } }),
      );
    },
  },
  {
    name: 'descending keys and prefixes of keys',
    run: async (caller) => {
      await clean(caller, 'Revisions');
      const columns = ['name', 'revision', 'generation', 'etag', 'record', 'author', 'reason', 'created_at'];
      const revision = (name: string, number: string) => [
        ...[name, number, '1', 'e', '{}', 'a', 'r'],
        'spanner.commit_timestamp()',
      ];
      const rows = [revision('a', '1'), revision('a', '2'), revision('a', '10'), revision('b', '1')];
      const scan = (range: unknown, limit = '0') =>
        caller.post(':read', {
          table: 'Revisions',
          columns: ['name', 'revision'],
          keySet: { ranges: [range] },
          limit,
        });
      return await each(
        () => commit(caller, { insertOrUpdate: { table: 'Revisions', columns, values: rows } }),
        () => scan({ startClosed: ['a'], endClosed: ['a'] }),
        () => scan({ startClosed: ['a'], endClosed: ['a'] }, '1'),
        () => scan({ startOpen: ['a', '10'], endClosed: ['b'] }),
        () => scan({ startClosed: ['a', '2'], endOpen: ['b', '1'] }),
        () => scan({ startOpen: ['a'], endClosed: [] }),
      );
    },
  },
  {
    name: 'mutations of rows that are there and that are not',
    run: async (caller) => {
      await seeded(caller);
      return await each(
        () => commit(caller, ledger('insert', ['name'], ['a'])),
        () => commit(caller, ledger('update', ['name', 'status'], ['nobody', 'READY'])),
        () => commit(caller, ledger('update', ['name', 'cluster'], ['a', 'c1'])),
        () => commit(caller, ledger('insertOrUpdate', ['name', 'cluster'], ['d', 'c1'])),
        () => commit(caller, ledger('replace', ['name', 'cluster'], ['c', 'c1'])),
        () => commit(caller, { delete: { table: 'Ledger', keySet: { keys: [['b'], ['nobody']] } } }),
        () => read(caller, { all: true }),
      );
    },
  },
  {
    name: 'a commit is all or nothing, and its mutations are in order',
    run: async (caller) => {
      await seeded(caller);
      return await each(
        () => commit(caller, ledger('insert', ['name'], ['x']), ledger('insert', ['name'], ['a'])),
        () =>
          commit(
            caller,
            ledger('insert', ['name'], ['y']),
            ledger('update', ['name', 'status'], ['y', 'READY']),
            { delete: { table: 'Ledger', keySet: { keys: [['a']] } } },
            ledger('insert', ['name', 'status'], ['a', 'FAILED']),
          ),
        () => read(caller, { all: true }),
      );
    },
  },
  {
    name: 'refusals of what does not fit',
    run: async (caller) => {
      await seeded(caller);
      const tenant = (...row: readonly [string, unknown][]) => ({
        insertOrUpdate: {
          table: 'Tenants',
          columns: row.map(([name]) => name),
          values: [row.map(([, v]) => v)],
        },
      });
      return await each(
        () => commit(caller, tenant(['name', 'a'], ['generation', '1'])),
        () => commit(caller, tenant(['name', 'a'], ['generation', null])),
        () => commit(caller, tenant(['name', 'a'], ['generation', 1])),
        () => commit(caller, tenant(['name', 'a'], ['generation', 'one'])),
        () => commit(caller, tenant(['name', 'a'], ['nope', '1'])),
        () => commit(caller, ledger('insert', ['name', 'fence'], ['z', 'x'.repeat(121)])),
        () => commit(caller, ledger('insert', ['name', 'outputs'], ['z', '{'])),
        () => commit(caller, ledger('insert', ['name', 'outputs'], ['z', { a: 1 }])),
        () => commit(caller, ledger('insert', ['name', 'updated_at'], ['z', 'yesterday'])),
        () => commit(caller, ledger('insert', ['name', 'updated_at'], ['z', '2046-01-01T00:00:00Z'])),
        () => commit(caller, ledger('insert', ['name', 'status'], ['z'])),
        () => commit(caller, ledger('insert', ['name', 'name'], ['z', 'z'])),
        () => commit(caller, { insert: { table: 'Nope', columns: ['a'], values: [['b']] } }),
        () => commit(caller, {}),
        () => caller.post(':commit', { mutations: [] }),
        () => caller.post(':commit', { singleUseTransaction: EMPTY, mutations: [{ inserts: {} }] }),
        () => caller.post(':beginTransaction', {}),
        () => caller.post(':read', { table: 'Nope', columns: ['a'], keySet: { all: true } }),
        () => caller.post(':read', { table: 'Ledger', columns: ['nope'], keySet: { all: true } }),
        () => read(caller, { keys: [['a', 'b']] }),
        () => read(caller, { all: true }, { index: 'Nope' }),
      );
    },
  },
  {
    name: 'a transaction from its begin to its end',
    run: async (caller) => {
      await seeded(caller);
      const id = await begin(caller);
      const change = ledger('update', ['name', 'status'], ['a', 'DEPLOYED']);
      return await each(
        () => read(caller, { keys: [['a']] }, { transaction: { id } }),
        () => caller.post(':commit', { transactionId: id, mutations: [change] }),
        () => caller.post(':commit', { transactionId: id, mutations: [change] }),
        () => read(caller, { keys: [['a']] }, { transaction: { id } }),
        () => caller.post(':rollback', { transactionId: id }),
        () => read(caller, { keys: [['a']] }),
      );
    },
  },
  {
    name: 'a transaction begun by its first read, and given up',
    run: async (caller) => {
      await seeded(caller);
      const first = await read(caller, { keys: [['a']] }, { transaction: { begin: EMPTY } });
      const { metadata } = first.body as { metadata: { transaction: { id: string } } };
      const transactionId = metadata.transaction.id;
      return [
        first,
        ...(await each(
          () => caller.post(':rollback', { transactionId }),
          () => caller.post(':rollback', { transactionId }),
          () => caller.post(':commit', { transactionId, mutations: [] }),
          () => read(caller, { keys: [['a']] }, { transaction: { id: transactionId } }),
        )),
      ];
    },
  },
  {
    name: 'of two transactions on one row, one loses and is told so at its commit',
    run: async (caller) => {
      await seeded(caller);
      const other = await caller.another();
      const [mine, theirs] = [await begin(caller), await begin(other)];
      await read(caller, { keys: [['a']] }, { transaction: { id: mine } });
      await read(other, { keys: [['a']] }, { transaction: { id: theirs } });
      const mutations = [ledger('update', ['name', 'status'], ['a', 'DEPLOYED'])];
      const answers = await each(
        () => caller.post(':commit', { transactionId: mine, mutations }),
        () => other.post(':commit', { transactionId: theirs, mutations }),
      );
      // Which of the two is left open: the emulator draws lots.
      return answers.sort((one, another) => one.status - another.status);
    },
  },
];
