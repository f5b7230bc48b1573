import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../desired-state/open.ts';
import type { Store } from '../../desired-state/store.ts';
import { follow } from '../../reconciler/follow.ts';
import type { Ports } from '../../reconciler/ports.ts';

const NOW = '2026-01-01T00:00:00Z';

let store: Store;

beforeEach(async () => {
  store = await openStore({ kind: 'embedded', file: ':memory:' });
  await store.migrate();
});
afterEach(() => store.close());

async function opened(name: string): Promise<string> {
  await store.applyTenant({ name, record: { spec: {} }, author: 'ann@example.com', reason: '' });
  const result = await store.openIntent({
    name,
    generation: 1,
    flow: 'provision',
    workflow: 'shape-1',
    because: [],
    requester: 'pass',
    deadline: '2026-01-01T01:00:00Z',
    now: NOW,
  });
  return result.outcome === 'opened' ? result.execution.intent : result.outcome;
}

const fail = (name: string, intent: string) =>
  store.closeExecution(name, intent, { state: 'FAILED', error: 'quota', now: NOW });

/** Following looks at the store and sleeps; `asleep` is what happens meanwhile. */
const ports = (asleep: () => Promise<void>): Ports =>
  ({ store, clock: { now: () => new Date(NOW), sleep: asleep } }) as Partial<Ports> as Ports;

const never = () => Promise.reject(new Error('nothing to wait for'));

describe('following executions', () => {
  it('waits for what is under way, and tells how it ended', async () => {
    const intent = await opened('acme');
    const ends = await follow(
      ports(() => fail('acme', intent)),
      ['acme'],
    );
    expect(ends).toMatchObject([{ tenant: 'acme', intent, state: 'FAILED', error: 'quota' }]);
  });

  it('tells the end of one that was over before it looked, when it is named', async () => {
    const intent = await opened('acme');
    await fail('acme', intent);
    expect(await follow(ports(never), ['acme'])).toEqual([]);
    expect(await follow(ports(never), ['acme'], { intents: [intent] })).toMatchObject([
      { tenant: 'acme', intent, state: 'FAILED', error: 'quota' },
    ]);
  });

  it('leaves what others launched for other tenants alone', async () => {
    await opened('globex');
    expect(await follow(ports(never), ['acme'])).toEqual([]);
  });
});
