/** What every store must do for what is under way: intents and their fence, executions, the ledger and requests. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOSTILE, intent, LATER, MUCH_LATER, NOW, record, type Context } from './context.ts';

export function executionsContract({ store, fresh, applied, opened }: Context): void {
  describe('intents', () => {
    it('opens one, with the fence in the ledger', async () => {
      const name = fresh();
      await applied(name);
      const execution = await opened(intent(name));
      expect(execution).toMatchObject({
        name,
        intent: `${name}-g1-provision-1`,
        state: 'INTENT',
        execution: null,
        because: ['missing:network/x'],
        deadline: LATER,
      });
      expect(await store().listExecutions(name)).toEqual([execution]);
      expect(await store().getLedger(name)).toMatchObject({
        fence: execution.intent,
        owner: null,
        status: null,
        outputs: null,
      });
    });

    it('answers busy while another is under way, and names it', async () => {
      const name = fresh();
      await applied(name);
      const first = await opened(intent(name));
      expect(await store().openIntent(intent(name, { flow: 'rebuild' }))).toEqual({
        outcome: 'busy',
        execution: first,
      });
    });

    it('opens exactly one of any number at once', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 2, max: 12 }), async (count) => {
          const name = fresh();
          await applied(name);
          const results = await Promise.all(
            Array.from({ length: count }, () => store().openIntent(intent(name))),
          );
          expect(results.filter(({ outcome }) => outcome === 'opened')).toHaveLength(1);
          expect(results.filter(({ outcome }) => outcome === 'busy')).toHaveLength(count - 1);
          expect(await store().listExecutions(name)).toHaveLength(1);
        }),
        { numRuns: 8 },
      );
    });

    it('answers outdated when the record has moved on, except for a decommission', async () => {
      const name = fresh();
      await applied(name, record({ size: 1 }));
      await applied(name, record({ size: 2 }));
      expect(await store().openIntent(intent(name))).toEqual({ outcome: 'outdated', generation: 2 });
      expect(await store().openIntent(intent(name, { generation: 3 }))).toMatchObject({
        outcome: 'outdated',
      });
      expect(await opened(intent(name, { flow: 'decommission' }))).toMatchObject({ generation: 1 });
    });

    it('refuses an intent for a tenant without a record, in words', async () => {
      await expect(store().openIntent(intent('nobody'))).rejects.toThrow('no record of tenant nobody');
    });

    it('counts attempts by generation and flow', async () => {
      const name = fresh();
      await applied(name);
      const end = { state: 'FAILED', error: 'no', now: NOW } as const;
      const ids: string[] = [];
      for (const flow of ['provision', 'provision', 'rebuild', 'provision'] as const) {
        const execution = await opened(intent(name, { flow }));
        ids.push(execution.intent);
        await store().closeExecution(name, execution.intent, end);
      }
      expect(ids).toEqual([
        `${name}-g1-provision-1`,
        `${name}-g1-provision-2`,
        `${name}-g1-rebuild-1`,
        `${name}-g1-provision-3`,
      ]);
    });

    it('is told to who opened it just as it is read later, whatever the spelling of its times', async () => {
      const name = fresh();
      await applied(name);
      const one = await opened(intent(name, { deadline: '2026-01-01T01:00:00.160Z' }));
      expect(await store().listExecutions(name)).toEqual([one]);
    });

    it('takes one past its deadline for lost, and goes on', async () => {
      const name = fresh();
      await applied(name);
      const lost = await opened(intent(name));
      await store().recordLaunch(name, lost.intent, { execution: 'e/1', revision: 'r1', now: NOW });
      const next = await opened(intent(name, { now: MUCH_LATER, deadline: '2026-01-01T03:00:00Z' }));
      expect(next.intent).toBe(`${name}-g1-provision-2`);
      const entries = await store().listExecutions(name);
      expect(entries.find((entry) => entry.intent === lost.intent)).toMatchObject({
        state: 'FAILED',
        error: 'lost: no end was recorded before its deadline',
      });
      expect(await store().getLedger(name)).toMatchObject({ fence: next.intent });
    });
  });

  describe('executions', () => {
    const launched = async () => {
      const name = fresh();
      await applied(name);
      const execution = await opened(intent(name));
      await store().recordLaunch(name, execution.intent, { execution: 'e/1', revision: 'r1', now: NOW });
      return { name, intent: execution.intent };
    };

    it('records a launch, and the same launch again', async () => {
      const { name, intent: id } = await launched();
      const [before] = await store().listExecutions(name);
      expect(before).toMatchObject({ state: 'LAUNCHED', execution: 'e/1', revision: 'r1' });
      await store().recordLaunch(name, id, { execution: 'e/1', revision: 'r1', now: NOW });
      expect(await store().listExecutions(name)).toEqual([before]);
    });

    it('does not bring an ended execution back by a late record of its launch', async () => {
      const name = fresh();
      await applied(name);
      const { intent: id } = await opened(intent(name));
      await store().closeExecution(name, id, { state: 'SUCCEEDED', error: null, now: NOW });
      await store().recordLaunch(name, id, { execution: 'e/1', revision: 'r1', now: NOW });
      expect(await store().listExecutions(name)).toMatchObject([{ state: 'SUCCEEDED', execution: 'e/1' }]);
    });

    it('closes one, takes its fence away and keeps the cause', async () => {
      const { name, intent: id } = await launched();
      await store().closeExecution(name, id, { state: 'FAILED', error: HOSTILE, now: NOW });
      expect(await store().listExecutions(name)).toMatchObject([{ state: 'FAILED', error: HOSTILE }]);
      expect(await store().getLedger(name)).toMatchObject({ fence: null, lastError: HOSTILE });
      expect(await store().listActive(name)).toEqual([]);
    });

    it('lets the first end stand', async () => {
      const { name, intent: id } = await launched();
      await store().closeExecution(name, id, { state: 'SUCCEEDED', error: null, now: NOW });
      await store().closeExecution(name, id, { state: 'FAILED', error: 'late', now: NOW });
      expect(await store().listExecutions(name)).toMatchObject([{ state: 'SUCCEEDED', error: null }]);
      expect(await store().getLedger(name)).toMatchObject({ lastError: null });
    });

    it("leaves a newer intent's fence alone", async () => {
      const name = fresh();
      await applied(name);
      const old = await opened(intent(name));
      const next = await opened(intent(name, { now: MUCH_LATER, deadline: '2026-01-01T03:00:00Z' }));
      await store().closeExecution(name, old.intent, { state: 'SUPERSEDED', error: null, now: NOW });
      expect(await store().getLedger(name)).toMatchObject({ fence: next.intent });
    });

    it('lists the active ones of all tenants and of one', async () => {
      const one = await launched();
      const other = await launched();
      await store().closeExecution(other.name, other.intent, { state: 'SUCCEEDED', error: null, now: NOW });
      const active = (await store().listActive()).map(({ intent: id }) => id);
      expect(active).toContain(one.intent);
      expect(active).not.toContain(other.intent);
      expect(await store().listActive(one.name)).toMatchObject([{ intent: one.intent }]);
    });

    it('lists executions newest first, as many as asked for', async () => {
      const name = fresh();
      await applied(name);
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const { intent: id } = await opened(intent(name));
        await store().closeExecution(name, id, { state: 'FAILED', error: 'no', now: NOW });
      }
      const ids = (await store().listExecutions(name, 2)).map((entry) => entry.intent);
      expect(ids).toEqual([`${name}-g1-provision-3`, `${name}-g1-provision-2`]);
    });

    it('says which execution it does not know', async () => {
      await expect(
        store().recordLaunch('nobody', 'nobody-g1-provision-1', { execution: 'e', revision: 'r', now: NOW }),
      ).rejects.toThrow('tenant nobody has no execution nobody-g1-provision-1');
    });
  });

  describe('the ledger', () => {
    it('is read for many tenants at once, without those it does not know', async () => {
      const name = fresh();
      await applied(name);
      await opened(intent(name));
      const found = await store().ledgerOf([name, 'nobody', name]);
      expect([...found.keys()]).toEqual([name]);
      expect(await store().ledgerOf([])).toEqual(new Map());
      expect(await store().getLedger('nobody')).toBeUndefined();
    });
  });

  describe('requests', () => {
    it('keeps who asked for what and why not, newest first, once each', async () => {
      const name = fresh();
      const request = {
        id: 'r-1',
        name,
        kind: 'rebuild',
        requester: HOSTILE,
        state: 'REFUSED',
        reason: HOSTILE,
        createdAt: NOW,
      } as const;
      const later = { ...request, id: 'r-0', createdAt: LATER };
      for (const entry of [request, later, request]) await store().recordRequest(entry);
      expect(await store().listRequests(name)).toEqual([later, request]);
    });
  });
}
