/** Asking the logs: as few calls as there are projects with news, a bound on them, and no answer that stops a pass. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../desired-state/open.ts';
import type { FindingEntry, Store } from '../../desired-state/store.ts';
import { WHOLE } from '../../reconciler/policy/orders.ts';
import type { Judged } from '../../reconciler/assemble.ts';
import { auditLogOf } from '../../reconciler/clouds/audit-log.ts';
import { expect as wantsOf } from '../../reconciler/expect.ts';
import { Inquirer, MOST_CALLS } from '../../reconciler/inquire.ts';
import { judge } from '../../reconciler/judge.ts';
import type { Case } from '../../reconciler/load.ts';
import {
  findingKey,
  type Finding,
  type Json,
  type RunReport,
  type TenantReport,
} from '../../reconciler/model.ts';
import { changesOf } from '../../reconciler/run-record.ts';
import { absent, asWanted, type World } from '../support/have.ts';
import { restAt } from '../support/clients.ts';
import { answer, googleError, httpServer, type TestServer } from '../support/http.ts';
import { tenant } from '../support/records.ts';
import { PLATFORM } from '../workflow-defs/platform.ts';
import { entry, type Told } from './log.ts';

const NAT = 'nat/acme-nat';
const ROUTER = 'projects/acme-prod-1/regions/us-central1/routers/acme-router';
const INFRA = 'plumbline-infra@acme-prod-1.iam.gserviceaccount.com';

describe('asking who made what is new', () => {
  let store: Store;
  let server: TestServer;
  let reply: (body: { resourceNames: string[] }) => [status: number, body: unknown];
  const now = () => new Date();

  beforeEach(async () => {
    store = await openStore({ kind: 'embedded', file: ':memory:' });
    await store.migrate();
    server = await httpServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => answer(response, ...reply(JSON.parse(text) as { resourceNames: string[] })));
    });
    reply = () => [200, {}];
  });
  afterEach(async () => {
    await server.close();
    await store.close();
  });

  const ports = () => {
    const clock = { now, sleep: () => Promise.resolve() };
    return { store, clock, auditLog: auditLogOf(restAt(server.url, clock), clock) };
  };
  const ask = async (...items: Judged[]): Promise<Judged[]> => {
    const inquirer = new Inquirer(ports(), PLATFORM);
    return Promise.all(items.map((item) => inquirer.about(item)));
  };

  /** A tenant that was applied and is in sync but for what `disturb` does to it. */
  function judged(
    name = 'acme',
    disturb: (world: World) => World = (world) => new Map(world).set(`nat/${name}-nat`, absent()),
    part: Partial<Case> = {},
  ): Judged {
    const record = tenant(name);
    const wants = wantsOf(record, null);
    const item: Case = {
      stored: {
        name,
        record: record as unknown as Json,
        generation: 1,
        etag: 'e',
        createdAt: '',
        updatedAt: '',
        updatedBy: '',
      },
      tenant: record,
      problem: null,
      ledger: { appliedGeneration: 1, status: 'DEPLOYED' } as unknown as Case['ledger'],
      active: undefined,
      failures: 0,
      leaving: false,
      wants,
      applied: { tenant: record, wants },
      known: new Map(),
      history: new Map(),
      runs: new Map(),
      lastLook: null,
      directives: [],
      ...part,
    };
    const at = now().toISOString();
    const have = new Map(
      [...disturb(asWanted(wants))].map(([id, reading]) => [id, { ...reading, at }] as const),
    );
    return judge(item, have, at, { rules: [], share: WHOLE });
  }
  const told = (part: Partial<Told> = {}): Json =>
    entry({
      at: now().toISOString(),
      who: 'alice@x',
      method: 'v1.compute.routers.patch',
      resource: ROUTER,
      request: { nats: [] },
      ...part,
    });
  const only = (items: readonly Judged[]): Finding => {
    const [finding, ...more] = items.flatMap(({ findings }) => findings);
    if (!finding || more.length > 0) throw new Error('one finding was expected');
    return finding;
  };

  it('puts a new difference down to who the log names', async () => {
    reply = () => [200, { entries: [told({ at: new Date(Date.now() - 5000).toISOString() })] }];
    expect(only(await ask(judged())).attribution).toMatchObject({ found: true, who: 'alice@x' });
  });

  it('asks once per project, whatever the number of differences', async () => {
    const items = await ask(
      judged('acme', (world) =>
        new Map(world).set('nat/acme-nat', absent()).set('router/acme-router', absent()),
      ),
      judged('globex'),
    );
    expect(items.flatMap(({ findings }) => findings)).toHaveLength(3);
    expect(server.requests).toHaveLength(2);
  });

  it('asks nothing about tenants in sync, never applied, or in the middle of a run', async () => {
    const never = { appliedGeneration: null } as unknown as Case['ledger'];
    await ask(
      judged('a', (world) => world),
      judged('b', undefined, { ledger: never }),
      judged('c', undefined, { active: { intent: 'c-g1-provision-1' } as unknown as Case['active'] }),
    );
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['a 403', 403, googleError(403, 'Permission denied')],
    ['a 500 that stays', 500, googleError(500)],
    ['nonsense', 200, '<html>'],
    ['a list', 200, []],
  ])('lets the finding stand when the log answers %s, and says why', async (_what, status, body) => {
    reply = () => [status, body];
    const finding = only(await ask(judged()));
    expect(finding).toMatchObject({ class: 'missing', resource: NAT });
    expect(finding.attribution).toMatchObject({
      found: false,
      reason: expect.stringContaining('the audit log of acme-prod-1 could not be read') as unknown,
      again: true,
    });
  });

  it('ties a write of Terraform’s account to the run that was under way', async () => {
    await store.applyTenant({
      name: 'acme',
      record: tenant() as unknown as Json,
      author: 'a@x',
      reason: 'a test',
    });
    const at = now().toISOString();
    const opened = await store.openIntent({
      name: 'acme',
      generation: 1,
      flow: 'provision',
      workflow: 'w',
      because: [],
      requester: 'plumbline',
      deadline: at,
      now: at,
    });
    expect(opened.outcome).toBe('opened');
    reply = () => [200, { entries: [told({ who: INFRA, behind: PLATFORM.terraformIdentity, at })] }];
    expect(only(await ask(judged())).attribution).toMatchObject({
      found: true,
      who: INFRA,
      ownRun: 'acme-g1-provision-1',
    });
  });

  it('costs a fleet that drifts as a whole no more than its bound of calls, and says of the rest that it waits', async () => {
    const fleet = Array.from({ length: MOST_CALLS + 20 }, (_, n) => judged(`t${n}`));
    const asked = await ask(...fleet);
    expect(server.requests).toHaveLength(MOST_CALLS);
    const waiting = asked
      .flatMap(({ findings }) => findings)
      .filter(({ attribution }) => attribution?.found === false && attribution.reason.includes('were spent'));
    expect(waiting).toHaveLength(20);
    expect(waiting.every(({ attribution }) => attribution?.found === false && attribution.again)).toBe(true);
  });

  describe('keeps what it was told', () => {
    const reportOf = (item: Judged): RunReport =>
      ({
        run: { startedAt: now().toISOString(), shard: { index: 0, count: 1 } },
        tenants: [
          {
            name: 'acme',
            verdict: 'drift',
            appliedGeneration: 1,
            findings: item.findings,
            actions: [],
            held: [],
          },
        ],
      }) as unknown as RunReport & { tenants: TenantReport[] };
    const recordOf = (item: Judged): readonly FindingEntry[] =>
      changesOf(reportOf(item).tenants, [item.case], now().toISOString()).opened;
    const knownOf = (entries: readonly FindingEntry[]) => new Map(entries.map((each) => [each.key, each]));

    it('and asks no second time', async () => {
      reply = () => [200, { entries: [told({ at: new Date(Date.now() - 5000).toISOString() })] }];
      const [first] = await ask(judged());
      const kept = recordOf(first!);
      expect(kept).toHaveLength(1);
      const [second] = await ask(judged('acme', undefined, { known: knownOf(kept) }));
      expect(second?.findings[0]?.attribution).toEqual(first?.findings[0]?.attribution);
      expect(server.requests).toHaveLength(1);
      expect(recordOf(second!)).toEqual([]);
    });

    it('but not what it could not be told: the next pass asks, and that answer is kept', async () => {
      reply = () => [403, googleError(403)];
      const [blind] = await ask(judged());
      const kept = recordOf(blind!);
      expect(kept[0]?.detail).toMatchObject({ attribution: null });
      reply = () => [200, { entries: [told({ at: new Date(Date.now() - 5000).toISOString() })] }];
      const [seeing] = await ask(judged('acme', undefined, { known: knownOf(kept) }));
      expect(seeing?.findings[0]?.attribution).toMatchObject({ who: 'alice@x' });
      expect(recordOf(seeing!)).toMatchObject([
        {
          key: findingKey(seeing!.findings[0]!),
          firstSeen: kept[0]?.firstSeen,
          detail: { attribution: { who: 'alice@x' } },
        },
      ]);
    });

    it('nor a silence that came before entries had time to arrive', async () => {
      const [young] = await ask(judged());
      expect(young?.findings[0]?.attribution).toMatchObject({ found: false, again: true });
      const old = new Date(Date.now() - 3_600_000).toISOString();
      const known = knownOf(recordOf(young!).map((each) => ({ ...each, firstSeen: old })));
      const [settled] = await ask(judged('acme', undefined, { known }));
      expect(settled?.findings[0]?.attribution).not.toHaveProperty('again');
      expect(recordOf(settled!)).toHaveLength(1);
    });
  });
});
