/** What people may ask for and when: ownership, pauses, windows, broken glass. The store is the real embedded one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../desired-state/open.ts';
import { FLEET, type Directive, type Store } from '../../desired-state/store.ts';
import { DAYS, type WrittenTenant } from '../../desired-state/tenant.ts';
import { admit } from '../../reconciler/admit.ts';
import type { Judged } from '../../reconciler/assemble.ts';
import { conclude } from '../../reconciler/judge.ts';
import { markLaunched, Marks, resumeOf } from '../../reconciler/mark.ts';
import type { Action, Finding, Json } from '../../reconciler/model.ts';
import { approvalDetail, planMaterial } from '../../reconciler/policy/approval.ts';
import { exceptionDetail } from '../../reconciler/policy/exceptions.ts';
import { WHOLE } from '../../reconciler/policy/orders.ts';
import type { Ports } from '../../reconciler/ports.ts';
import { requestFlow, type FlowKind } from '../../reconciler/request.ts';
import { allCases } from '../support/fleet.ts';
import { tenant } from '../support/records.ts';
import { directive, finding, HOUR } from '../support/plans.ts';
import { PLATFORM } from '../workflow-defs/platform.ts';

/** Sunday, 12:00 in Berlin. */
const NOON = '2026-03-29T10:00:00.000Z';
const BY = { rules: [], share: WHOLE };

let folder: string;
let store: Store;
let names = 0;
let requests = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumb-request-'));
  store = await openStore({ kind: 'embedded', file: join(folder, 'store.db') });
  await store.migrate();
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A tenant of its own for each test. */
async function applied(change: (written: WrittenTenant) => void = () => undefined): Promise<string> {
  const name = `t${(names += 1)}`;
  const record = tenant(name, change) as unknown as Json;
  await store.applyTenant({ name, record, author: 'ann@example.com', reason: '' });
  return name;
}

/** As a first provision leaves it: the workflow writes the ledger, past the store's own methods. */
function beDeployed(name: string): void {
  const database = new DatabaseSync(join(folder, 'store.db'));
  try {
    database
      .prepare('INSERT INTO Ledger (name, status, applied_generation) VALUES (?, ?, ?)')
      .run(name, 'DEPLOYED', 1);
  } finally {
    database.close();
  }
}

const nightly: NonNullable<WrittenTenant['spec']['maintenance']> = {
  timeZone: 'Europe/Berlin',
  windows: [{ days: [...DAYS], start: '22:00', duration: '4h', for: ['decommission'] }],
};

/** A service that launches nothing: whatever reaches it was let through. */
const portsAt = (now: string): Ports =>
  ({
    store,
    clock: { now: () => new Date(now), sleep: () => Promise.resolve() },
    workflows: { ensure: () => Promise.reject(new Error('it was let through')) },
  }) as unknown as Ports;

const ask = (name: string, now: string, kind: FlowKind, requester = `platform@${name}.example`) =>
  requestFlow(portsAt(now), PLATFORM, {
    id: `request-${(requests += 1)}`,
    tenant: name,
    kind,
    requester,
    reason: 'a test',
    confirm: name,
  });

const THROUGH = { accepted: false, reason: expect.stringContaining('it was let through') as string };

const order = (name: string, change: Partial<Directive> & Pick<Directive, 'kind'>) =>
  store.issueDirective(
    directive({
      name,
      createdAt: NOON,
      expiresAt: new Date(Date.parse(NOON) + 48 * HOUR).toISOString(),
      ...change,
    }),
  );

describe('a request', () => {
  it('outside its window is refused with the next opening in both clocks, and inside it is let through', async () => {
    const name = await applied((written) => {
      written.spec.maintenance = nightly;
    });
    // Nothing of it runs yet that a window could protect.
    expect(await ask(name, NOON, 'decommission')).toEqual(THROUGH);
    beDeployed(name);
    expect(await ask(name, NOON, 'decommission')).toEqual({
      accepted: false,
      reason: expect.stringMatching(
        /no maintenance window for decommission.*Sun 2026-03-29 22:00 Europe\/Berlin.*next allowed 2026-03-29T20:00:00\.000Z/,
      ) as string,
    });
    expect(await ask(name, '2026-03-29T20:00:00.000Z', 'decommission')).toEqual(THROUGH);
    expect(await ask(name, NOON, 'redeploy')).toEqual(THROUGH);
    expect(await ask(name, NOON, 'rebuild')).toEqual(THROUGH);
  });

  it('while the tenant or the fleet is paused is refused, unless the glass is broken', async () => {
    const name = await applied();
    beDeployed(name);
    await order(name, { kind: 'pause' });
    for (const kind of ['rebuild', 'redeploy', 'decommission'] as const) {
      expect(await ask(name, NOON, kind)).toMatchObject({
        accepted: false,
        reason: expect.stringMatching(new RegExp(`^${name} is paused by ann@example\\.com`)) as string,
      });
    }
    await order(name, { kind: 'break-glass' });
    expect(await ask(name, NOON, 'redeploy')).toEqual(THROUGH);
    expect((await store.listRequests(name)).every(({ state }) => state === 'REFUSED')).toBe(true);
  });

  it('of somebody else is refused before anything is said of windows, and that is recorded', async () => {
    const name = await applied();
    beDeployed(name);
    await order(name, { kind: 'pause' });
    const answer = await ask(name, NOON, 'redeploy', 'stranger@elsewhere.example');
    expect(answer).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('does not own') as string,
    });
    expect(await store.listRequests(name)).toMatchObject([
      { kind: 'redeploy', requester: 'stranger@elsewhere.example', state: 'REFUSED' },
    ]);
  });
});

describe('a pass', () => {
  /** Loaded as a pass does, with these findings, judged at noon. */
  async function judgedOf(name: string, findings: readonly Finding[], now = NOON) {
    const item = (await allCases(store)).find(({ stored }) => stored.name === name);
    return {
      ...conclude(item!, findings, now, BY),
      readings: [{ state: 'absent', source: 'test', at: NOON } as const],
    };
  }
  async function heldOf({ case: item, findings }: Judged, action: Action, now: string) {
    const admitted = await admit(store, { item, findings }, action, { now, by: BY });
    return 'held' in admitted ? admitted.held : undefined;
  }
  const directives = (name: string) => store.listDirectives([name]);

  it('holds a launch after all when somebody paused since it began, and lets a look through', async () => {
    const name = await applied();
    const judged = await judgedOf(name, [finding({ tenant: name })]);
    const [action] = judged.plan.actions;
    const held = (of = action!) => heldOf(judged, of, NOON);
    expect(await held()).toBeUndefined();
    await order(FLEET, { kind: 'pause', id: `pause-${name}` });
    expect(await held()).toMatchObject({ reason: 'paused', flow: 'provision', because: action!.because });
    expect(await held({ ...action!, flow: 'health-check', because: [] })).toBeUndefined();
    await store.endDirective(FLEET, `pause-${name}`, { by: 'ann@example.com', now: NOON });
    await store.issueDirective(
      resumeOf(FLEET, `pause-${name}`, { share: WHOLE, now: NOON, by: 'ann@example.com', reason: 'seen' }),
    );
    expect(await held()).toBeUndefined();
  });

  it('holds a launch after all when the window has closed since it began', async () => {
    const name = await applied((written) => {
      written.spec.maintenance = { ...nightly, windows: [{ ...nightly.windows![0]!, for: ['heal'] }] };
    });
    beDeployed(name);
    const open = '2026-03-29T22:00:00.000Z';
    const judged = await judgedOf(name, [finding({ tenant: name })], open);
    const [action] = judged.plan.actions;
    const at = (now: string) => heldOf(judged, action!, now);
    expect(await at(open)).toBeUndefined();
    expect(await at('2026-03-30T00:00:00.000Z')).toMatchObject({
      reason: 'window',
      next: '2026-03-30T20:00:00.000Z',
    });
  });

  it('marks once what it made use of, and writes nothing where it made use of nothing', async () => {
    const name = await applied();
    beDeployed(name);
    const changed = finding({ tenant: name, class: 'changed', field: 'f' });
    const about = {
      owner: 'o',
      finding: null,
      resource: 'nat/*',
      field: null,
      missing: false,
      selector: null,
    };
    await order(name, { kind: 'exception', detail: exceptionDetail(about) });
    await order(name, { kind: 'pause', endedAt: NOON, endedBy: 'ann@example.com' });
    const mark = async (findings: readonly Finding[]) => {
      const marks = new Marks({ whole: true, share: WHOLE, now: NOON });
      marks.see(await judgedOf(name, findings));
      await marks.leave(store);
    };
    await mark([]);
    expect((await directives(name)).map(({ kind, uses }) => `${kind} ${uses}`)).toEqual([
      'exception 0',
      'pause 0',
      'resume 0',
    ]);
    await mark([changed]);
    await mark([changed]);
    expect((await directives(name)).map(({ kind, uses }) => `${kind} ${uses}`)).toEqual([
      'exception 1',
      'pause 0',
      'resume 0',
    ]);
  });

  it('spends an approval with the launch that it let through, and counts what broken glass did', async () => {
    const name = await applied();
    beDeployed(name);
    const machine = finding({
      tenant: name,
      class: 'changed',
      kind: 'node-pool',
      field: 'm',
      risk: 'replace',
    });
    const material = planMaterial({ tenant: name, generation: 1, flow: 'provision' }, [machine]);
    await order(name, { kind: 'approval', detail: approvalDetail(material) });
    await order(name, { kind: 'pause' });
    await order(name, { kind: 'break-glass' });
    const judged = await judgedOf(name, [machine]);
    expect(judged.plan.actions).toMatchObject([{ flow: 'provision' }]);
    await markLaunched(store, judged);
    expect((await directives(name)).map(({ kind, uses }) => `${kind} ${uses}`)).toEqual([
      'approval 1',
      'break-glass 1',
      'pause 0',
    ]);
    expect((await judgedOf(name, [machine])).plan.actions).toEqual([]);
  });
});
