/** What every store must do for what people order: directives and rollouts. */
import { describe, expect, it } from 'vitest';
import type { Directive } from '../../desired-state/store.ts';
import type { Rollout } from '../../reconciler/fleet-model.ts';
import { HOSTILE, LATER, MUCH_LATER, NOW, type Context } from './context.ts';

export function ordersContract({ store, fresh }: Context): void {
  describe('directives', () => {
    const directive = (name: string, more: Partial<Directive> = {}): Directive => ({
      name,
      id: 'one',
      kind: 'override',
      actor: 'ann@example.com',
      reason: HOSTILE,
      detail: { most: 3 },
      uses: 0,
      createdAt: NOW,
      expiresAt: LATER,
      endedAt: null,
      endedBy: null,
      ...more,
    });

    it('are kept as they were issued, and issued once', async () => {
      const name = fresh();
      await store().issueDirective(directive(name));
      await store().issueDirective(directive(name, { reason: 'again' }));
      expect(await store().listDirectives([name])).toEqual([directive(name)]);
      expect((await store().listDirectives()).filter((each) => each.name === name)).toEqual([
        directive(name),
      ]);
    });

    it('grant no more uses than they have, whoever asks at once', async () => {
      const name = fresh();
      await store().issueDirective(directive(name));
      const granted = await Promise.all(
        [2, 2, 2].map((wanted) => store().useDirective(name, 'one', { wanted, most: 3 })),
      );
      expect(granted.reduce((sum, each) => sum + each, 0)).toBe(3);
      expect(await store().listDirectives([name])).toMatchObject([{ uses: 3 }]);
    });

    it('end once, with who ended them, and grant nothing afterwards', async () => {
      const name = fresh();
      await store().issueDirective(directive(name));
      expect(await store().endDirective(name, 'one', { by: 'bob@example.com', now: LATER })).toBe(true);
      expect(await store().endDirective(name, 'one', { by: 'eve@example.com', now: MUCH_LATER })).toBe(false);
      expect(await store().endDirective(name, 'none', { by: 'bob@example.com', now: LATER })).toBe(false);
      expect(await store().useDirective(name, 'one', { wanted: 1, most: 3 })).toBe(0);
      expect(await store().listDirectives([name])).toEqual([
        directive(name, { endedAt: LATER, endedBy: 'bob@example.com' }),
      ]);
    });
  });

  describe('rollouts', () => {
    const rollout = (name: string, more: Partial<Rollout> = {}): Rollout => ({
      name,
      field: 'spec.workload.source.revision',
      value: HOSTILE,
      selector: { tier: 'gold' },
      soakMs: 60_000,
      maxConcurrent: 2,
      author: 'ann@example.com',
      reason: HOSTILE,
      createdAt: NOW,
      waves: [['a'], ['b', 'c']],
      before: { a: HOSTILE },
      state: 'running',
      wave: 0,
      soakUntil: null,
      steps: { a: { state: 'edited', attempt: 1, generation: 2, note: null } },
      history: [],
      message: null,
      ...more,
    });

    it('are kept as they were started, under a name that is used once', async () => {
      const name = fresh();
      expect(await store().createRollout(rollout(name))).toBe(true);
      // The same call again, for example after an answer that was lost.
      expect(await store().createRollout(rollout(name))).toBe(true);
      expect(await store().createRollout(rollout(name, { author: 'bob@example.com' }))).toBe(false);
      expect(await store().getRollout(name)).toEqual({
        rollout: rollout(name),
        version: 1,
        updatedAt: expect.any(String) as string,
      });
      expect(await store().getRollout(fresh())).toBeUndefined();
    });

    it('are moved on by one of several who do so at once, and keep nothing of the others', async () => {
      const name = fresh();
      await store().createRollout(rollout(name));
      const results = await Promise.all(
        [1, 2, 3, 4].map((wave) => store().saveRollout(rollout(name, { wave }), 1)),
      );
      expect(results.filter((saved) => saved)).toHaveLength(1);
      const winner = results.indexOf(true) + 1;
      expect(await store().getRollout(name)).toMatchObject({ version: 2, rollout: { wave: winner } });
      expect(await store().saveRollout(rollout(name), 1)).toBe(false);
      expect(await store().saveRollout(rollout(fresh()), 1)).toBe(false);
      expect(await store().saveRollout(rollout(name, { wave: 9 }), 2)).toBe(true);
      expect(await store().getRollout(name)).toMatchObject({ version: 3, rollout: { wave: 9 } });
    });

    it('are listed by name, those that are over only when asked for', async () => {
      const states = ['running', 'paused', 'halted', 'aborting', 'aborted', 'done'] as const;
      const names = states.map(() => fresh());
      for (const [index, state] of states.entries()) {
        await store().createRollout(rollout(names[index] ?? '', { state }));
      }
      const listed = async (open: boolean) =>
        (await store().listRollouts({ open }))
          .map(({ rollout: found }) => found.name)
          .filter((name) => names.includes(name));
      expect(await listed(true)).toEqual(names.slice(0, 4).sort());
      expect(await listed(false)).toEqual([...names].sort());
      await store().saveRollout(rollout(names[0] ?? '', { state: 'done' }), 1);
      expect(await listed(true)).toEqual(names.slice(1, 4).sort());
    });
  });
}
