/** What every store must do for notifications: remember what was told, and hand each message to one sender at a time. */
import { describe, expect, it } from 'vitest';
import type { RunRecord, Store } from '../../desired-state/store.ts';
import { NO_FLEET } from '../../reconciler/fleet-model.ts';
import { REPORT_FORMAT } from '../../reconciler/model.ts';
import {
  NOTIFICATION_FORMAT,
  type Notification,
  type Telling,
  type ToldEntry,
} from '../../reconciler/notify/message.ts';

const NOW = '2026-01-01T00:00:00Z';
const LEASED = '2026-01-01T00:02:00Z';
const LATER = '2026-01-01T01:00:00Z';

export const messageOf = (id: string, more: Partial<Notification> = {}): Notification => ({
  format: NOTIFICATION_FORMAT,
  id,
  target: 'team',
  occasion: 'new',
  title: 'missing: nat/acme-nat',
  run: 'run-1',
  at: NOW,
  tenants: { count: 0, names: [] },
  about: { kind: 'breaker', tripped: ['too much'], cause: null },
  ...more,
});

const told = (name: string, place: string): ToldEntry => ({ name, place, detail: { kind: 'directive' } });

const runOf = (id: string, tellings: readonly Telling[]): RunRecord => ({
  report: {
    format: REPORT_FORMAT,
    run: { id, startedAt: NOW, finishedAt: NOW, mode: 'act', shard: { index: 0, count: 1 } },
    summary: {
      tenants: 0,
      verdicts: {},
      findings: {},
      launched: 0,
      held: 0,
      oldestObservation: null,
      excepted: 0,
      calls: {},
    },
    breaker: null,
    fleet: NO_FLEET,
    tenants: [],
  },
  opened: [],
  resolved: [],
  tellings,
});

/** `store`: opened and migrated; no other test may use notifications. */
export function notificationsContract(store: () => Store): void {
  let runs = 0;
  const tell = (telling: Partial<Telling>) =>
    store().saveRun(runOf(`tells-${(runs += 1)}`, [{ messages: [], told: [], forgotten: [], ...telling }]));
  const allTold = async () => {
    const entries: ToldEntry[] = [];
    for await (const page of store().toldEntries()) entries.push(...page);
    return entries;
  };
  const claim = (by: string, limit = 100, now = NOW) =>
    store().claimNotifications({ by, now, until: LEASED, limit });
  const end = (id: string, by: string, more: object = {}) =>
    store().endDelivery({
      id,
      by,
      state: 'SENT',
      notBefore: NOW,
      attempts: 1,
      error: null,
      now: NOW,
      ...more,
    });

  describe('notifications', () => {
    it('remember what was told until it is forgotten, with everything that is told together', async () => {
      const many = Array.from({ length: 150 }, (_, n) => told(`t${n}`, 'nat/x'));
      await tell({ told: [told('*', 'breaker'), told('acme', 'nat/x:field'), ...many] });
      expect(await allTold()).toHaveLength(152);
      await tell({ told: [told('acme', 'nat/x:field')], forgotten: many });
      expect(await allTold()).toEqual([told('*', 'breaker'), told('acme', 'nat/x:field')]);
    });

    it('are handed to one sender each, whoever asks at once, and to nobody twice', async () => {
      const ids = Array.from({ length: 6 }, (_, n) => `at-once-${n}`);
      await tell({ messages: ids.map((id) => messageOf(id)) });
      const claims = await Promise.all(['a', 'b', 'c'].map((by) => claim(by)));
      const got = claims.flat().map(({ message }) => message.id);
      expect(got.sort()).toEqual(ids);
      for (const [n, by] of ['a', 'b', 'c'].entries()) {
        for (const { message } of claims[n] ?? []) expect(await end(message.id, by)).toBe(true);
      }
      expect(await claim('d', 100, LATER)).toEqual([]);
    });

    it('come back when a sender is not heard of again, and its late word counts for nothing', async () => {
      await tell({ messages: [messageOf('lost')] });
      expect(await claim('dead')).toMatchObject([{ message: messageOf('lost'), attempts: 0 }]);
      expect(await claim('other')).toEqual([]);
      expect(await claim('other', 100, LEASED)).toHaveLength(1);
      expect(await end('lost', 'dead')).toBe(false);
      expect(await end('lost', 'other')).toBe(true);
      expect(await end('lost', 'other')).toBe(false);
    });

    it('wait as long as they are told to, with what went wrong', async () => {
      await tell({ messages: [messageOf('later')] });
      await claim('a');
      await end('later', 'a', { state: 'WAITING', notBefore: LATER, attempts: 3, error: 'it answered 503' });
      expect(await claim('b', 100, LEASED)).toEqual([]);
      expect(await store().listNotifications({ open: true })).toMatchObject([
        { state: 'WAITING', attempts: 3, lastError: 'it answered 503', endedAt: null },
      ]);
      expect(await claim('b', 100, LATER)).toHaveLength(1);
      await end('later', 'b', { state: 'GIVEN_UP', error: 'for good' });
      expect(await store().listNotifications({ open: true })).toEqual([]);
    });

    it('are sent once, however often their run is saved', async () => {
      const record = runOf('saved-twice', [
        { messages: [messageOf('once')], told: [told('acme', 'once')], forgotten: [] },
      ]);
      await store().saveRun(record);
      await claim('a');
      await end('once', 'a');
      await store().saveRun(record);
      expect(await claim('b', 100, LATER)).toEqual([]);
    });

    it('are handed out longest due first, as many as asked for', async () => {
      await tell({ messages: [messageOf('first')] });
      await claim('a');
      await end('first', 'a', { state: 'WAITING', notBefore: LATER });
      await tell({ messages: [messageOf('second')] });
      const [next] = await claim('b', 1, LATER);
      expect(next?.message.id).toBe('second');
      await end('second', 'b');
      for (const { message } of await claim('c', 5, LATER)) await end(message.id, 'c');
    });

    it('are forgotten once they are old, never while they wait', async () => {
      await tell({ messages: [messageOf('waits')] });
      await store().forgetNotifications(LATER);
      expect((await store().listNotifications({ open: false })).map(({ message }) => message.id)).toEqual([
        'waits',
      ]);
    });
  });
}
