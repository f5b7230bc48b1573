/** What every store must do for records: generations, etags, revisions, texts, and lists of them. */
import { describe, expect, it } from 'vitest';
import { shardOf } from '../../desired-state/shard.ts';
import type { Json } from '../../reconciler/model.ts';
import { record, type Context } from './context.ts';

export function recordsContract({ store, fresh, apply, applied }: Context): void {
  describe('records', () => {
    it('creates a record as generation 1 with its first revision', async () => {
      const name = fresh();
      const result = await apply(name, record({ size: 1 }));
      expect(result).toMatchObject({
        outcome: 'created',
        stored: { name, generation: 1, updatedBy: 'ann@example.com' },
      });
      expect(await store().getTenant(name)).toEqual(result.stored);
      expect(await store().listRevisions(name)).toMatchObject([
        { revision: 1, generation: 1, author: 'ann@example.com', reason: 'because' },
      ]);
    });

    it('knows no record that was never applied', async () => {
      expect(await store().getTenant('nobody')).toBeUndefined();
      expect(await store().listRevisions('nobody')).toEqual([]);
      expect(await store().recordAt('nobody', 1)).toBeUndefined();
    });

    it('leaves an equal record alone, whatever the order of its keys', async () => {
      const name = fresh();
      const first = await applied(name, record({ a: 1, b: [{ c: 2, d: 3 }] }));
      const again = await apply(name, record({ b: [{ d: 3, c: 2 }], a: 1 }));
      expect(again).toEqual({ outcome: 'unchanged', stored: first });
      expect(await store().listRevisions(name)).toHaveLength(1);
    });

    it('raises the generation with the spec, the etag with anything', async () => {
      const name = fresh();
      const first = await applied(name, record({ size: 1 }));
      const relabelled = await applied(name, record({ size: 1 }, { tier: 'gold' }));
      const resized = await applied(name, record({ size: 2 }, { tier: 'gold' }));
      expect([first, relabelled, resized].map(({ generation }) => generation)).toEqual([1, 1, 2]);
      expect(new Set([first, relabelled, resized].map(({ etag }) => etag)).size).toBe(3);
      expect(resized.createdAt).toBe(first.createdAt);
    });

    it('keeps every edit as a revision, newest first', async () => {
      const name = fresh();
      for (const size of [1, 2, 3]) await applied(name, record({ size }));
      const revisions = await store().listRevisions(name);
      expect(revisions.map(({ revision }) => revision)).toEqual([3, 2, 1]);
      expect(revisions.map((entry) => entry.record)).toEqual([3, 2, 1].map((size) => record({ size })));
    });

    it('finds the record of a generation, as last edited', async () => {
      const name = fresh();
      await applied(name, record({ size: 1 }));
      await applied(name, record({ size: 1 }, { tier: 'gold' }));
      await applied(name, record({ size: 2 }));
      expect(await store().recordAt(name, 1)).toEqual(record({ size: 1 }, { tier: 'gold' }));
      expect(await store().recordAt(name, 2)).toEqual(record({ size: 2 }));
      expect(await store().recordAt(name, 3)).toBeUndefined();
    });

    it('takes an edit of what was read, and refuses one of what was read before', async () => {
      const name = fresh();
      const first = await applied(name, record({ size: 1 }));
      const second = await apply(name, record({ size: 2 }), first.etag);
      expect(second.outcome).toBe('changed');
      const stale = await apply(name, record({ size: 3 }), first.etag);
      expect(stale).toEqual({ outcome: 'conflict', stored: second.stored });
      expect((await store().getTenant(name))?.record).toEqual(record({ size: 2 }));
    });

    it('refuses to create what exists, and to edit what does not', async () => {
      const name = fresh();
      const there = await applied(name);
      expect(await apply(name, record({ size: 9 }), null)).toEqual({ outcome: 'conflict', stored: there });
      expect(await apply(fresh(), record({}), 'an-etag')).toEqual({ outcome: 'conflict', stored: null });
      expect(await apply(fresh(), record({}), null)).toMatchObject({ outcome: 'created' });
    });

    it('lets exactly one of several edits of the same reading through', async () => {
      const name = fresh();
      const { etag } = await applied(name);
      const results = await Promise.all([2, 3, 4, 5].map((size) => apply(name, record({ size }), etag)));
      expect(results.map(({ outcome }) => outcome).sort()).toEqual([
        'changed',
        'conflict',
        'conflict',
        'conflict',
      ]);
      expect(await store().getTenant(name)).toMatchObject({ generation: 2 });
    });

    it('numbers concurrent revisions without a gap', async () => {
      const name = fresh();
      await Promise.all([1, 2, 3, 4, 5].map((size) => apply(name, record({ size }))));
      const revisions = await store().listRevisions(name);
      expect(revisions.map(({ revision }) => revision)).toEqual([5, 4, 3, 2, 1]);
    });
  });

  describe('records as they were written', () => {
    const written = (size: number, comment = 'as agreed') =>
      `# of the platform team\nspec:\n  size: ${size} # ${comment}\nkind: Tenant\n`;
    const said = (size: number): Json => ({ kind: 'Tenant', spec: { size } });
    const write = (name: string, size: number, text?: string, ifEtag?: string) =>
      store().applyTenant({
        name,
        record: said(size),
        ...(text !== undefined && { text }),
        ...(ifEtag !== undefined && { ifEtag }),
        author: 'ann@example.com',
        reason: '',
      });
    const textOf = async (name: string) => (await store().textsOf([name])).get(name)?.text;

    it('come back byte for byte, with the etag of the record they say', async () => {
      const name = fresh();
      const result = await write(name, 1, written(1));
      expect(await store().textsOf([name, 'nobody'])).toEqual(
        new Map([[name, { etag: result.stored?.etag, text: written(1) }]]),
      );
      expect(await write(name, 1, written(1))).toMatchObject({ outcome: 'unchanged' });
    });

    it('keep their comments when a program edits the record', async () => {
      const name = fresh();
      await write(name, 1, written(1));
      expect(await write(name, 2)).toMatchObject({ outcome: 'changed' });
      expect(await textOf(name)).toBe(written(2));
      expect(await write(name, 2)).toMatchObject({ outcome: 'unchanged' });
    });

    it('are rendered where nobody wrote one, and that counts as what is stored', async () => {
      const name = fresh();
      const first = await write(name, 1);
      const text = await textOf(name);
      expect(text).toBe('kind: Tenant\nspec:\n  size: 1\n');
      expect(await write(name, 1, text)).toEqual({ outcome: 'unchanged', stored: first.stored });
    });

    it('are a change of their own: another etag, the same generation, and nothing without the right etag', async () => {
      const name = fresh();
      const first = await write(name, 1, written(1));
      const stale = await write(name, 1, written(1, 'by mistake'), 'another-etag');
      expect(stale).toMatchObject({ outcome: 'conflict' });
      const second = await write(name, 1, written(1, 'for the sale'), first.stored?.etag);
      expect(second).toMatchObject({ outcome: 'changed', stored: { generation: 1 } });
      expect(second.stored?.etag).not.toBe(first.stored?.etag);
      expect(await textOf(name)).toBe(written(1, 'for the sale'));
    });

    it('are kept of every generation, as last edited', async () => {
      const name = fresh();
      await write(name, 1, written(1));
      await write(name, 1, written(1, 'for the sale'));
      await write(name, 2, written(2));
      expect(await store().textAt(name, 1)).toBe(written(1, 'for the sale'));
      expect(await store().textAt(name, 2)).toBe(written(2));
      expect(await store().textAt(name, 3)).toBeUndefined();
      expect(await store().textAt('nobody', 1)).toBeUndefined();
    });
  });

  describe('the list of tenants', () => {
    it('has all in name order, over several pages', { timeout: 120_000 }, async () => {
      const many = Array.from({ length: 230 }, (_, index) => `page-${String(index).padStart(3, '0')}`);
      await Promise.all(many.map((name) => apply(name, record({ size: 1 }))));
      const listed: string[] = [];
      for await (const { name } of store().listTenants()) listed.push(name);
      expect(listed).toEqual([...listed].sort());
      expect(listed.filter((name) => name.startsWith('page-'))).toEqual(many);
    });

    it('gives every tenant to exactly one shard', async () => {
      const all: string[] = [];
      for await (const { name } of store().listTenants()) all.push(name);
      const sharded: string[] = [];
      for (const index of [0, 1, 2]) {
        for await (const { name } of store().listTenants({ index, count: 3 })) {
          expect(shardOf(name, 3)).toBe(index);
          sharded.push(name);
        }
      }
      expect(sharded.sort()).toEqual(all.sort());
    });

    it('refuses a shard that cannot be', async () => {
      await expect(async () => {
        for await (const tenant of store().listTenants({ index: 3, count: 3 })) expect(tenant).toBeDefined();
      }).rejects.toThrow(RangeError);
    });
  });
}
