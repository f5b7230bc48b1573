/** What a pass gets that must change nothing. */
import { expect, it } from 'vitest';
import { onlyLooking } from '../../reconciler/looking.ts';
import { newFleet } from '../support/fleet.ts';

it('reads what the store holds, and is refused every writing method and every method of workflows', async () => {
  const fleet = await newFleet();
  try {
    await fleet.apply('acme');
    const ports = onlyLooking(fleet.ports);
    expect((await ports.store.getTenant('acme'))?.name).toBe('acme');
    expect(await ports.store.listActive()).toEqual([]);
    const record = null;
    const edit = { name: 'acme', record, author: 'a@b.c', reason: 'none' };
    expect(() => ports.store.applyTenant(edit)).toThrow('only looks');
    expect(() => ports.store.migrate()).toThrow('only looks');
    expect(() => ports.workflows.ensure({ name: 'x', source: '' })).toThrow('only looks');
    expect(() => ports.workflows.execute({ workflow: 'x', argument: null, labels: {} })).toThrow(
      'only looks',
    );
    expect(fleet.executions).toEqual([]);
  } finally {
    await fleet.close();
  }
});
