/** What people have been told, and the outbox of what they are yet to be told. */
import type { Json } from '../../reconciler/model.ts';
import type {
  Delivery,
  DeliveryState,
  Notification,
  Telling,
  ToldDetail,
  ToldEntry,
} from '../../reconciler/notify/message.ts';
import type { TableModel } from '../ddl.ts';
import type { Claim, DeliveryEnd } from '../store.ts';
import { prefix } from './engine.ts';
import type { Engine } from './engine.ts';
import { integer, json, maybeText, text } from './fields.ts';
import { inTransaction } from './rows.ts';
import type { Row, RowReader, RowTransaction } from './rows.ts';

const ROWS_PER_PAGE = 1000;
/** Old messages removed at a time; the next pass takes the next. */
const REMOVED_AT_ONCE = 100;

/** How many rows a telling writes or removes. */
export const rowsOf = ({ messages, told, forgotten }: Telling): number =>
  messages.length + told.length + forgotten.length;

/** A message that is there already stays as it is: a pass that is repeated tells nothing twice. */
export async function writeTelling(tx: RowTransaction, telling: Telling, now: string): Promise<void> {
  const { messages, told, forgotten } = telling;
  for (const message of messages) {
    if ((await tx.get('Notifications', [message.id])) !== undefined) continue;
    tx.write('insert', 'Notifications', {
      id: message.id,
      target: message.target,
      state: 'WAITING',
      message: message as unknown as Json,
      created_at: now,
      not_before: now,
      attempts: 0,
    });
  }
  for (const { name, place, detail } of told) {
    tx.write('insertOrUpdate', 'Told', { name, place, detail: detail });
  }
  tx.remove('Told', ...forgotten.map(({ name, place }) => [name, place]));
}

/** By name and place, read in pages. */
export async function* toldEntries(rows: RowReader): AsyncGenerator<ToldEntry[]> {
  let after: string[] = [''];
  for (;;) {
    const page = await rows.scan(
      'Told',
      { ranges: [{ start: after, startOpen: true, end: [], endOpen: false }] },
      { limit: ROWS_PER_PAGE },
    );
    const found = page.map((row): ToldEntry => ({
      name: text(row, 'name'),
      place: text(row, 'place'),
      // Written by writeTelling from the same type.
      detail: json(row, 'detail') as unknown as ToldDetail,
    }));
    const last = found.at(-1);
    if (last === undefined) return;
    yield found;
    if (found.length < ROWS_PER_PAGE) return;
    after = [last.name, last.place];
  }
}

/** Hands out messages that are due, the longest due first; until the lease is over nobody else gets them. */
export async function claimNotifications(
  engine: Engine,
  model: TableModel,
  { by, now, until, limit }: Claim,
): Promise<Delivery[]> {
  const { value } = await inTransaction(engine, model, async (tx) => {
    const keys = await tx.scan(
      'Notifications',
      { ranges: [prefix(['WAITING'])] },
      { index: 'NotificationsByState', limit },
    );
    if (keys.length === 0) return [];
    const found = await tx.scan('Notifications', { keys: keys.map((row) => [text(row, 'id')]) });
    const due = found
      .filter((row) => Date.parse(text(row, 'not_before')) <= Date.parse(now))
      .sort((one, other) => Date.parse(text(one, 'not_before')) - Date.parse(text(other, 'not_before')));
    for (const row of due) {
      tx.write('update', 'Notifications', { id: text(row, 'id'), lease: by, not_before: until });
    }
    return due.map(toDelivery);
  });
  return value;
}

/** False, and nothing is written, when the lease has gone to somebody else. */
export async function endDelivery(
  engine: Engine,
  model: TableModel,
  { id, by, state, notBefore, attempts, error, now }: DeliveryEnd,
): Promise<boolean> {
  const { value } = await inTransaction(engine, model, async (tx) => {
    const row = await tx.get('Notifications', [id]);
    if (row === undefined || maybeText(row, 'lease') !== by || text(row, 'state') !== 'WAITING') return false;
    tx.write('update', 'Notifications', {
      id,
      state,
      not_before: notBefore,
      attempts,
      lease: null,
      last_error: error,
      ended_at: state === 'WAITING' ? null : now,
    });
    return true;
  });
  return value;
}

const STATES: readonly DeliveryState[] = ['WAITING', 'SENT', 'GIVEN_UP'];

/** Newest first. */
export async function listNotifications(
  rows: RowReader,
  { open }: { readonly open: boolean },
): Promise<Delivery[]> {
  const states = open ? STATES.slice(0, 1) : STATES;
  const keys = await rows.scan(
    'Notifications',
    { ranges: states.map((state) => prefix([state])) },
    { index: 'NotificationsByState' },
  );
  if (keys.length === 0) return [];
  const found = await rows.scan('Notifications', { keys: keys.map((row) => [text(row, 'id')]) });
  return found.map(toDelivery).sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
}

/** Forgets messages that ended before this time (RFC 3339). */
export async function forgetNotifications(engine: Engine, model: TableModel, before: string): Promise<void> {
  await inTransaction(engine, model, async (tx) => {
    const old: string[] = [];
    for (const state of STATES.slice(1)) {
      const keys = await tx.scan(
        'Notifications',
        { ranges: [prefix([state])] },
        { index: 'NotificationsByState', limit: REMOVED_AT_ONCE },
      );
      if (keys.length === 0) continue;
      const found = await tx.scan(
        'Notifications',
        { keys: keys.map((row) => [text(row, 'id')]) },
        { columns: ['id', 'ended_at'] },
      );
      const isOld = (row: Row) => Date.parse(maybeText(row, 'ended_at') ?? '') < Date.parse(before);
      old.push(...found.filter(isOld).map((row) => text(row, 'id')));
    }
    tx.remove('Notifications', ...old.map((id) => [id]));
  });
}

const toDelivery = (row: Row): Delivery => ({
  // Written by writeTelling from the same type; JSON columns give their keys back sorted.
  message: json(row, 'message') as unknown as Notification,
  state: text(row, 'state') as DeliveryState,
  createdAt: text(row, 'created_at'),
  notBefore: text(row, 'not_before'),
  attempts: integer(row, 'attempts'),
  lastError: maybeText(row, 'last_error'),
  endedAt: maybeText(row, 'ended_at'),
});
