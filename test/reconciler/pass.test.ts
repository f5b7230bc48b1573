/** What a pass keeps of a look and when it rests on that: no row where nothing is new, and nothing hidden by it. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from '../../desired-state/store.ts';
import type { Json, RunReport, TenantReport } from '../../reconciler/model.ts';
import { reconcile, type PassOptions } from '../../reconciler/reconcile.ts';
import type { Ports } from '../../reconciler/ports.ts';
import { LOCAL_PLATFORM } from '../../reconciler/settings.ts';
import { CHUNK } from '../../reconciler/shelf.ts';
import { passWorld, type PassWorld } from '../support/pass-world.ts';
import { tenant } from '../support/records.ts';

const SIZE = 6;
/** More than are looked at side by side. */
const MANY = 40;
/** Nobody is looked at in full because of its turn alone. */
const RESTING = { fullEvery: 1000, sample: 0 };

let world: PassWorld;
let runs = 0;
let calls: string[] = [];
/** What the clock of the passes is ahead. */
let ahead = 0;
afterEach(() => world.close());

async function open(size = SIZE): Promise<void> {
  ahead = 0;
  world = await passWorld(size, () => new Date(Date.now() + ahead));
  world.state.drifted = () => false;
  world.state.onCall = (what) => void calls.push(what);
}

function pass(options: Partial<PassOptions> = {}, ports: Ports = world.ports): Promise<RunReport> {
  calls = [];
  const runId = `run-${String((runs += 1))}`;
  return reconcile(ports, {
    platform: LOCAL_PLATFORM,
    dryRun: false,
    runId,
    freshness: RESTING,
    ...options,
  });
}

const verdictsOf = ({ tenants }: RunReport): string[] => tenants.map(({ verdict }) => verdict);
const STRAY = 'firewall/somebody-elses';
const strays = ({ findings }: TenantReport): string[] =>
  findings.filter(({ class: what }) => what === 'extra').map(({ resource }) => resource);
const openKeys = async (): Promise<string[]> => {
  const names = Array.from({ length: SIZE }, (_, n) => numbered(n));
  return (await world.ports.store.openFindings(names)).map(({ key }) => key);
};
const numbered = (n: number): string => `t${String(n).padStart(6, '0')}`;

describe('a pass that finds nothing new', () => {
  it('writes no row, reads no body, and tells the same', async () => {
    await open();
    world.state.drifted = world.state.tells = (n) => n === 2;
    await pass();
    // Whose doing the difference was is asked once more, and then told for good.
    const first = await pass();
    const written = world.rowsWritten();
    const second = await pass();
    expect(world.rowsWritten()).toBe(written);
    expect(second.tenants).toEqual(first.tenants);
    expect(verdictsOf(second)).toEqual(['in-sync', 'in-sync', 'drift', 'in-sync', 'in-sync', 'in-sync']);
    expect(calls.filter((call) => !call.startsWith('kubernetes'))).toEqual([
      `cloudasset /v1/${LOCAL_PLATFORM.scope}/assets`,
    ]);
  });

  it('writes no row for whoever was looked at in full by lot, and whose bodies had no news to be read for', async () => {
    await open(MANY);
    const first = await pass();
    const written = world.rowsWritten();
    const again = await pass({ runId: 'by-lot', freshness: { fullEvery: 1000, sample: 0.1 } });
    expect(world.rowsWritten()).toBe(written);
    expect(again.tenants).toEqual(first.tenants);
    const looks = calls.filter((call) => call.startsWith('container')).length;
    expect([looks > 0, looks < MANY, calls.filter((call) => call.startsWith('cloudasset')).length]).toEqual([
      true,
      true,
      1,
    ]);
  });

  it('does not rest where something has moved', async () => {
    await open();
    await pass();
    world.state.drifted = world.state.tells = (n) => n === 3;
    expect(verdictsOf(await pass())[3]).toBe('drift');
  });

  it('reads no inventory body because of what moved in a cluster alone, and tells what stands in the project all the same', async () => {
    await open();
    const before = await pass();
    world.state.drifted = world.state.tells = (n) => n === 3;
    const after = await pass();
    expect(verdictsOf(after)[3]).toBe('drift');
    expect(after.tenants[3]?.coverage).toMatchObject({ platform: 9, unexplained: [] });
    expect(after.tenants.map(({ coverage }) => coverage)).toEqual(
      before.tenants.map(({ coverage }) => coverage),
    );
    expect(calls.filter((call) => call.startsWith('cloudasset'))).toHaveLength(1);
  });

  it('reads the project of whoever has something new in it, and nobody else’s', async () => {
    await open();
    await pass();
    world.state.foreign = (n) => n === 4;
    const { tenants } = await pass();
    expect(tenants.map(strays)).toEqual([[], [], [], [], [STRAY], []]);
    expect(calls.filter((call) => call.startsWith('cloudasset'))).toEqual([
      `cloudasset /v1/${LOCAL_PLATFORM.scope}/assets`,
      `cloudasset /v1/projects/${numbered(4)}-prod-1/assets`,
    ]);
  });

  it('finds an event that was missed within as many passes as it is told to', async () => {
    await open();
    const freshness = { fullEvery: 3, sample: 0 };
    await pass({ freshness });
    world.state.drifted = (n) => n === 3;
    const seen: string[] = [];
    for (let n = 0; n < 3; n += 1) seen.push(verdictsOf(await pass({ freshness }))[3] ?? '');
    expect(seen).toEqual(['in-sync', 'in-sync', 'drift']);
  });

  it('looks at everybody anew when another version judges', async () => {
    await open();
    await pass({ version: '1' });
    world.state.drifted = (n) => n === 3;
    expect(verdictsOf(await pass({ version: '2' }))[3]).toBe('drift');
  });

  it('does not rest on a project that another record has come to claim', async () => {
    await open();
    await pass();
    const rival = tenant('rival', ({ spec }) => (spec.project = `${numbered(1)}-prod-1`));
    await world.ports.store.applyTenant({
      name: 'rival',
      record: rival as unknown as Json,
      author: 'somebody@example.com',
      reason: 'a mistake',
    });
    const { tenants } = await pass();
    const of = (name: string) => tenants.find((each) => each.name === name);
    expect(of('rival')).toMatchObject({
      verdict: 'invalid',
      error: expect.stringContaining(numbered(1)) as string,
    });
    expect(of(numbered(1))).toMatchObject({
      verdict: 'invalid',
      error: expect.stringContaining('rival') as string,
    });
  });
});

describe('a sweep that shows far less than the one before', () => {
  it('is doubted: nothing that stood is taken for gone, and no foreign rule is told as removed', async () => {
    await open();
    world.state.foreign = (n) => n === 2;
    expect((await pass()).tenants.map(strays)[2]).toEqual([STRAY]);
    const keys = await openKeys();
    // A permission that was lost on half of the projects answers 200, with less in it.
    world.state.shown = (n) => n >= SIZE / 2;
    const { tenants } = await pass({ freshness: { fullEvery: 1, sample: 0 } });
    expect(tenants.map(strays)[2]).toEqual([STRAY]);
    expect(
      tenants.flatMap(({ findings }) => findings.filter((finding) => finding.class === 'missing')),
    ).toEqual([]);
    expect(tenants.flatMap(({ actions }) => actions)).toEqual([]);
    expect(await openKeys()).toEqual(keys);
  });

  it('ends the finding about a foreign rule once a whole sweep no longer shows it', async () => {
    await open();
    world.state.foreign = (n) => n === 2;
    await pass();
    expect(await openKeys()).toEqual([`extra:${STRAY}`]);
    world.state.foreign = () => false;
    expect((await pass()).tenants.map(strays)[2]).toEqual([]);
    expect(await openKeys()).toEqual([]);
  });
});

describe('clusters that do not answer', () => {
  it('hold up nobody but their own tenants', async () => {
    // One in each of five parts of the fleet; more than two parts are never held at the same time.
    const silent = (name: string) => Number(name.slice(1)) % CHUNK === 7;
    await open(5 * CHUNK);
    const others = new Set<string>();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    world.state.onCall = (what) => {
      const [service, name = ''] = what.split(' ');
      if (service !== 'kubernetes') return undefined;
      if (silent(name)) return promise;
      others.add(name);
      if (others.size === 5 * CHUNK - 5) resolve(undefined);
      return undefined;
    };
    expect(verdictsOf(await pass())).toEqual(Array.from({ length: 5 * CHUNK }, () => 'in-sync'));
  });
});

describe('a pass that may not look at everybody', () => {
  it('tells the others as stale since their last look, and has them first the next time', async () => {
    await open(MANY);
    await pass();
    const lastLook = new Date(Date.now() + ahead).toISOString();
    ahead += 60_000;
    // Everything has to be looked at, and the time is over after the first few calls.
    world.state.onCall = (what) => {
      calls.push(what);
      if (what.startsWith('kubernetes')) ahead += 120_000;
    };
    const cut = await pass({ freshness: { fullEvery: 1, sample: 0 }, minutes: 1 });
    const stale = cut.tenants.filter(({ staleSince }) => staleSince !== null);
    expect(stale.length).toBeGreaterThan(0);
    for (const { staleSince, verdict, actions } of stale) {
      expect(Date.parse(staleSince ?? '')).toBeLessThanOrEqual(Date.parse(lastLook));
      expect([verdict, actions]).toEqual(['in-sync', []]);
    }
    world.state.onCall = (what) => void calls.push(what);
    const next = await pass({ freshness: { fullEvery: 1, sample: 0 } });
    expect(next.tenants.every(({ staleSince }) => staleSince === null)).toBe(true);
    const order = [...new Set(calls.flatMap((call) => /^kubernetes (\S+)/.exec(call)?.[1] ?? []))];
    expect(new Set(order.slice(0, stale.length))).toEqual(new Set(stale.map(({ name }) => name)));
  });
});

describe('a pass that is killed', () => {
  class Killed extends Error {}
  const WRITES = ['saveObservations', 'touchObservations', 'saveRun'] as const;

  /** Ports of a process that is killed before its n-th write, wherever that goes. */
  function dying(at: number): { readonly ports: Ports; readonly wasKilled: () => boolean } {
    let writes = 0;
    const write = () => {
      writes += 1;
      if (writes >= at) throw new Killed();
    };
    const { store, passes } = world.ports;
    const dies = new Proxy(store, {
      get: (target, key) => {
        const found: unknown = Reflect.get(target, key);
        if (typeof found !== 'function') return found;
        if (!(WRITES as readonly unknown[]).includes(key)) return found.bind(target) as unknown;
        return async (...args: unknown[]): Promise<unknown> => {
          write();
          return (await Reflect.apply(found, target, args)) as unknown;
        };
      },
    });
    const log = {
      ...passes,
      write: async (...args: Parameters<typeof passes.write>) => {
        write();
        await passes.write(...args);
      },
    };
    return { ports: { ...world.ports, store: dies, passes: log }, wasKilled: () => writes >= at };
  }

  /** What a row tells, without the times of its looks. */
  const told = ({ name, verdict, findings, held }: TenantReport) => ({
    name,
    verdict,
    findings: findings.map(({ class: what, resource, field }) => [what, resource, field]),
    held: held.map(({ reason }) => reason),
  });

  it('carries on before whichever write that was: the next attempt tells the same and leaves the same', async () => {
    await open();
    world.state.drifted = (n) => n % 2 === 0;
    const whole = (await pass()).tenants.map(told);
    const names = whole.map(({ name }) => name);
    const keysOf = async (store: Store) =>
      (await store.openFindings(names)).map(({ name, key }) => [name, key]);
    const keys = (await keysOf(world.ports.store)).sort();
    expect(keys).toHaveLength(SIZE / 2);
    let killed = 0;
    for (let at = 1; ; at += 1) {
      await world.close();
      await open();
      world.state.drifted = (n) => n % 2 === 0;
      const runId = `killed-before-${String(at)}`;
      const { ports, wasKilled } = dying(at);
      await pass({ runId }, ports).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      if (!wasKilled()) break;
      killed += 1;
      const again = await pass({ runId });
      expect(again.tenants.map(told), runId).toEqual(whole);
      expect((await keysOf(world.ports.store)).sort(), runId).toEqual(keys);
      expect(
        (await world.ports.store.listRuns(5)).map(({ run }) => run.id),
        runId,
      ).toEqual([runId]);
    }
    expect(killed).toBeGreaterThan(3);
  });
});
