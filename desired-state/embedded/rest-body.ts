/** The bodies of the Spanner REST calls the workflows make, checked and turned into reads and mutations. */
import { z } from 'zod';
import { TableError } from '../tables/engine.ts';
import type { Key, KeyRange, KeySet, Mutation, Read, WriteKind } from '../tables/engine.ts';

// Values are checked against their columns where they are used; here any JSON will do.
const key = z.array(z.unknown());

const keySet = z.strictObject({
  keys: z.array(key).optional(),
  ranges: z
    .array(
      z.strictObject({
        startClosed: key.optional(),
        startOpen: key.optional(),
        endClosed: key.optional(),
        endOpen: key.optional(),
      }),
    )
    .optional(),
  all: z.boolean().optional(),
});

const options = z.strictObject({
  readWrite: z.looseObject({}).optional(),
  readOnly: z.looseObject({ returnReadTimestamp: z.boolean().optional() }).optional(),
});

const selector = z.strictObject({
  id: z.string().optional(),
  begin: options.optional(),
  singleUse: options.optional(),
});

// requestOptions carries tags and priorities, which change no answer.
const readBody = z.strictObject({
  table: z.string().min(1),
  columns: z.array(z.string()).min(1),
  keySet,
  index: z.string().optional(),
  limit: z.union([z.string().regex(/^\d+$/), z.int().min(0)]).optional(),
  transaction: selector.optional(),
  requestOptions: z.looseObject({}).optional(),
});

const write = z.strictObject({
  table: z.string().min(1),
  columns: z.array(z.string()),
  values: z.array(z.array(z.unknown())).default([]),
});

const mutation = z.strictObject({
  insert: write.optional(),
  update: write.optional(),
  insertOrUpdate: write.optional(),
  replace: write.optional(),
  delete: z.strictObject({ table: z.string().min(1), keySet }).optional(),
});

const commitBody = z.strictObject({
  transactionId: z.string().optional(),
  singleUseTransaction: options.optional(),
  mutations: z.array(mutation).default([]),
  returnCommitStats: z.boolean().optional(),
  requestOptions: z.looseObject({}).optional(),
});

const beginBody = z.strictObject({
  options: options.optional(),
  requestOptions: z.looseObject({}).optional(),
});
const rollbackBody = z.strictObject({ transactionId: z.string() });
const sessionBody = z.strictObject({
  session: z.looseObject({ labels: z.record(z.string(), z.string()).optional() }).optional(),
});

export type TransactionOptions = z.output<typeof options>;
export type Selector = z.output<typeof selector>;

const WRITES: readonly WriteKind[] = ['insert', 'update', 'insertOrUpdate', 'replace'];

export function parseRead(body: unknown): { readonly read: Read; readonly selector: Selector } {
  const { transaction = {}, index, limit, table, columns, keySet: keys } = parse(readBody, body);
  return {
    read: {
      table,
      columns,
      keySet: toKeySet(keys),
      ...(index === undefined ? {} : { index }),
      ...(limit === undefined ? {} : { limit: Number(limit) }),
    },
    selector: transaction,
  };
}

export function parseCommit(body: unknown) {
  const { mutations, transactionId, singleUseTransaction } = parse(commitBody, body);
  if (transactionId === undefined && singleUseTransaction === undefined) {
    throw invalid('No value provided for required field: CommitRequest.transaction');
  }
  return { mutations: mutations.map(toMutation), transactionId };
}

export function parseBegin(body: unknown): TransactionOptions {
  const found = parse(beginBody, body).options;
  if (found === undefined || Object.keys(found).length === 0) {
    throw invalid('No value provided for required field: TransactionOptions.mode');
  }
  return found;
}

export const parseRollback = (body: unknown): string => parse(rollbackBody, body).transactionId;

export const parseSession = (body: unknown): Readonly<Record<string, string>> | undefined =>
  parse(sessionBody, body).session?.labels;

function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(
    `Invalid request body: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not understood'}`,
  );
}

function toMutation(found: z.output<typeof mutation>): Mutation {
  const { delete: removal } = found;
  const kinds = WRITES.filter((kind) => found[kind] !== undefined);
  const [kind] = kinds;
  if (kinds.length + (removal === undefined ? 0 : 1) !== 1) {
    throw invalid('No value provided for required field: Mutation.operation');
  }
  if (removal !== undefined) {
    return { kind: 'delete', table: removal.table, keySet: toKeySet(removal.keySet) };
  }
  const body = kind === undefined ? undefined : found[kind];
  if (kind === undefined || body === undefined) {
    throw invalid('No value provided for required field: Mutation.operation');
  }
  // Checked against the columns when they are written.
  return { kind, table: body.table, columns: body.columns, values: body.values as Key[] };
}

function toKeySet({ keys, ranges, all }: z.output<typeof keySet>): KeySet {
  return {
    ...(all === undefined ? {} : { all }),
    ...(keys === undefined ? {} : { keys: keys as Key[] }),
    ...(ranges === undefined ? {} : { ranges: ranges.map(toRange) }),
  };
}

function toRange(range: NonNullable<z.output<typeof keySet>['ranges']>[number]): KeyRange {
  const start = range.startClosed ?? range.startOpen;
  const end = range.endClosed ?? range.endOpen;
  if (start === undefined || end === undefined) {
    throw invalid('KeyRange must have a start key and an end key.');
  }
  return {
    start: start as Key,
    startOpen: range.startClosed === undefined,
    end: end as Key,
    endOpen: range.endClosed === undefined,
  };
}

const invalid = (message: string): TableError => new TableError('INVALID_ARGUMENT', message);
