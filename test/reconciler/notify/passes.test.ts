/** Whom passes tell what, over the wire and with a store that remembers: once each, in one message, and never lost. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { courierOf } from '../../../reconciler/clouds/courier.ts';
import type { Notification, NotifyTarget } from '../../../reconciler/notify/message.ts';
import { CloudError, type Ports } from '../../../reconciler/ports.ts';
import { reconcile, type PassEvent, type PassOptions } from '../../../reconciler/reconcile.ts';
import { renderText } from '../../../reconciler/report/text.ts';
import { LOCAL_PLATFORM } from '../../../reconciler/settings.ts';
import { httpServer, type TestServer } from '../../support/http.ts';
import { passWorld, type PassWorld } from '../../support/pass-world.ts';

const SIZE = 6;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Everybody is looked at every time, so that what is told does not hang on who rests. */
const FULL = { fullEvery: 1, sample: 1 };

let world: PassWorld;
let server: TestServer;
let ahead = 0;
let runs = 0;
/** What arrived, with the key that came beside it. */
let arrived: { readonly body: Notification; readonly key: string | undefined }[];
let events: PassEvent[];
/** How the other side answers; taken only for what it answers 200 to. */
let answer: (request: IncomingMessage, response: ServerResponse) => void;

const now = () => new Date(Date.UTC(2026, 2, 1) + ahead);
const ok = (_: IncomingMessage, response: ServerResponse) => response.end('ok');

beforeEach(async () => {
  ahead = 0;
  arrived = [];
  answer = ok;
  world = await passWorld(SIZE, now);
  world.state.drifted = () => false;
  server = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answer(request, response);
      if (response.destroyed || response.statusCode !== 200) return;
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Notification;
      arrived.push({ body, key: request.headers['idempotency-key'] as string | undefined });
    });
  });
});
afterEach(async () => {
  await world.close();
  await server.close();
});

const targetOf = (more: Partial<NotifyTarget> = {}): NotifyTarget => ({
  name: 'team',
  on: ['new', 'worse', 'resolved', 'expired'],
  classes: ['missing', 'changed', 'extra', 'unhealthy', 'unreadable', 'exception'],
  labels: null,
  address: { type: 'webhook', url: `${server.url}/hook-s3cret`, variable: null },
  ...more,
});

const portsWith = (more: Partial<Ports> = {}): Ports => ({
  ...world.ports,
  courier: courierOf({
    clock: world.ports.clock,
    rest: () => {
      throw new Error('nobody here listens on Pub/Sub');
    },
  }),
  ...more,
});

async function pass(options: Partial<PassOptions> = {}, ports = portsWith()) {
  arrived = [];
  events = [];
  ahead += 5 * MINUTE;
  return reconcile(ports, {
    platform: LOCAL_PLATFORM,
    dryRun: false,
    runId: `run-${(runs += 1)}`,
    freshness: FULL,
    notify: [targetOf()],
    onEvent: (event) => events.push(event),
    ...options,
  });
}

const told = () => arrived.map(({ body }) => `${body.title} [${body.tenants.count}]`);
/** Of the outbox alone. */
const problems = () =>
  events
    .flatMap((event) => (event.type === 'problem' ? [event.message] : []))
    .filter((message) => /given up|wait/.test(message));
const waiting = () => world.ports.store.listNotifications({ open: true });

describe('a difference on many tenants', () => {
  it('is told once when it is new and once when it is gone, as one message with their number', async () => {
    await pass();
    expect(told()).toEqual([]);
    world.state.drifted = (n) => n !== 3;
    await pass();
    expect(arrived).toHaveLength(1);
    expect(arrived[0]?.body).toMatchObject({
      occasion: 'new',
      title: 'New: deployment/web containers[web].env[DEBUG] is there unasked on 5 tenants',
      tenants: { count: 5 },
      about: { kind: 'finding', finding: { class: 'extra', have: '1' } },
    });
    await pass();
    await pass();
    expect(told()).toEqual([]);
    world.state.drifted = () => false;
    await pass();
    expect(arrived.map(({ body }) => [body.occasion, body.tenants.count])).toEqual([['resolved', 5]]);
    await pass();
    expect(told()).toEqual([]);
  });

  it('is told of those alone who have it since', async () => {
    world.state.drifted = (n) => n === 1;
    await pass();
    world.state.drifted = (n) => n <= 2;
    await pass();
    expect(arrived.map(({ body }) => body.tenants.names)).toEqual([['t000000', 't000002']]);
  });
});

describe('a pass that tells nobody anything', () => {
  it('remembers nothing, and what stands on the day somebody wants to know is new then', async () => {
    world.state.drifted = () => true;
    await pass({ notify: [] });
    expect(await waiting()).toEqual([]);
    await pass();
    expect(arrived.map(({ body }) => [body.occasion, body.tenants.count])).toEqual([['new', SIZE]]);
  });

  it('writes nothing where nothing is new', async () => {
    world.state.drifted = world.state.tells = (n) => n === 2;
    await pass();
    await pass();
    const written = world.rowsWritten();
    await pass({ freshness: { fullEvery: 1000, sample: 0 } });
    expect(world.rowsWritten()).toBe(written);
  });

  it('stays silent on a dry run', async () => {
    world.state.drifted = () => true;
    await pass({ dryRun: true }, portsWith());
    expect(await waiting()).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe('an exception', () => {
  const except = (until: string) =>
    world.ports.store.issueDirective({
      name: 't000001',
      id: 'known',
      kind: 'exception',
      actor: 'ann@example.com',
      reason: 'a sale',
      detail: {
        owner: 'ann@example.com',
        finding: null,
        resource: '*',
        field: null,
        missing: false,
        selector: null,
      },
      uses: 0,
      createdAt: now().toISOString(),
      expiresAt: until,
      endedAt: null,
      endedBy: null,
    });

  it('keeps what it accepts from being told until it ends, and its end is told once', async () => {
    await pass();
    world.state.drifted = (n) => n === 1;
    await except(new Date(now().getTime() + 12 * MINUTE).toISOString());
    await pass();
    expect(told()).toEqual([]);
    await pass();
    ahead += 10 * MINUTE;
    await pass();
    expect(arrived.map(({ body }) => [body.occasion, body.about.kind]).sort()).toEqual([
      ['expired', 'directive'],
      ['new', 'finding'],
    ]);
    await pass();
    expect(told()).toEqual([]);
  });

  it('that ended before there was anybody to tell is no news', async () => {
    await except(new Date(now().getTime() - MINUTE).toISOString());
    await pass();
    expect(arrived.filter(({ body }) => body.occasion === 'expired')).toEqual([]);
  });
});

describe('a target that is down', () => {
  it('fails no pass and is asked once; what waits arrives later under the same id', async () => {
    world.state.drifted = (n) => n === 1;
    answer = (_, response) => response.writeHead(503).end('not now');
    await pass();
    const [kept] = await waiting();
    expect(kept).toMatchObject({ attempts: 1, lastError: 'it answered 503 (not now)' });
    expect(problems()).toEqual(['1 notification to team wait: it answered 503 (not now)']);
    answer = ok;
    await pass();
    expect(arrived.map(({ body, key }) => [body.id, key])).toEqual([[kept?.message.id, kept?.message.id]]);
    expect(await waiting()).toEqual([]);
    expect(problems()).toEqual([]);
  });

  it('shows in the reports of later passes until what waits has arrived', async () => {
    world.state.drifted = (n) => n === 1;
    answer = (_, response) => response.writeHead(503).end('not now');
    const first = await pass();
    expect(first.fleet).not.toHaveProperty('outbox');
    world.state.drifted = (n) => n <= 2;
    const second = await pass();
    expect(await waiting()).toHaveLength(2);
    const { createdAt: since } = (await waiting()).at(-1)!;
    expect(second.fleet.outbox).toEqual({ count: 1, since, lastError: 'it answered 503 (not now)' });
    expect(Date.parse(since)).toBeLessThanOrEqual(Date.parse(first.run.finishedAt));
    expect(renderText(second)).toContain(
      'Notifications: 1 of earlier passes not delivered, the oldest since',
    );
    ahead += 60 * MINUTE;
    answer = ok;
    world.state.drifted = () => false;
    expect((await pass()).fleet.outbox).toMatchObject({ count: 2 });
    expect((await pass()).fleet).not.toHaveProperty('outbox');
    expect((await pass({ notify: [] })).fleet).not.toHaveProperty('outbox');
  });

  it('is left alone as long as it asks to be', async () => {
    world.state.drifted = (n) => n === 1;
    answer = (_, response) => response.writeHead(429, { 'retry-after': '1800' }).end();
    await pass();
    answer = ok;
    await pass();
    expect(told()).toEqual([]);
    ahead += 30 * MINUTE;
    await pass();
    expect(arrived).toHaveLength(1);
  });

  it('gets a message again, under the same id, when nobody knows whether it arrived', async () => {
    world.state.drifted = (n) => n === 1;
    answer = (request) => request.socket.destroy();
    await pass();
    expect(await waiting()).toMatchObject([
      { lastError: expect.stringContaining('connection failed') as string },
    ]);
    answer = ok;
    await pass();
    expect(arrived).toHaveLength(1);
  });

  it('costs one try a pass, however much waits, and holds up no other target', async () => {
    answer = (request, response) =>
      request.url === '/down' ? response.writeHead(500).end() : response.end();
    const down = targetOf({
      name: 'down',
      address: { type: 'webhook', url: `${server.url}/down`, variable: null },
    });
    for (const n of [1, 2, 3]) {
      world.state.drifted = (each) => each <= n;
      await pass({ notify: [down, targetOf()] });
      expect(arrived).toHaveLength(1);
    }
    const before = server.requests.filter((each) => each.endsWith('/down')).length;
    ahead += 60 * MINUTE;
    await pass({ notify: [down, targetOf()] });
    expect(await waiting()).toHaveLength(3);
    expect(server.requests.filter((each) => each.endsWith('/down'))).toHaveLength(before + 1);
  });

  it('is given up after days, and that is told, not kept quiet', async () => {
    world.state.drifted = (n) => n === 1;
    answer = (_, response) => response.writeHead(404).end('no_service');
    await pass();
    ahead += 8 * DAY;
    await pass();
    expect(await waiting()).toEqual([]);
    expect(problems()).toEqual([
      expect.stringMatching(/^given up after 7 days: "New: .*no_service/) as string,
    ]);
  });

  it('is never named by its address', async () => {
    world.state.drifted = (n) => n === 1;
    answer = (_, response) => response.writeHead(400).end(`bad hook ${server.url}/hook-s3cret`);
    await pass();
    await server.close();
    ahead += 60 * MINUTE;
    await pass();
    expect(JSON.stringify([events, await waiting()])).not.toContain('s3cret');
  });
});

describe('the breaker', () => {
  it('is told once when a pass opens it, once when a later one closes it, and at no other time', async () => {
    const ofBreaker = () =>
      arrived
        .filter(({ body }) => body.about.kind === 'breaker')
        .map(({ body, key }) => [body.occasion, body.title, key === body.id]);
    await pass();
    expect(ofBreaker()).toEqual([]);
    world.state.onCall = (call) => {
      if (call.startsWith('kubernetes')) throw new CloudError('denied', 'clusters', { httpStatus: 403 });
    };
    expect((await pass()).breaker?.tripped).toHaveLength(1);
    expect(ofBreaker()).toEqual([['worse', 'Worse: the breaker is open, nothing is launched', true]]);
    expect((await pass()).breaker).not.toBeNull();
    expect(ofBreaker()).toEqual([]);
    world.state.onCall = () => undefined;
    expect((await pass()).breaker).toBeNull();
    expect(ofBreaker()).toEqual([['resolved', 'Resolved: the breaker is closed again', true]]);
    await pass();
    expect(ofBreaker()).toEqual([]);
    expect(await waiting()).toEqual([]);
  });
});

describe('a pass that is killed', () => {
  class Killed extends Error {}

  it('before it has saved tells everything when it runs again, and after that nothing twice', async () => {
    world.state.drifted = (n) => n === 1;
    const { store } = world.ports;
    const killed = new Proxy(store, {
      get: (target, name) => {
        if (name === 'saveRun') return () => Promise.reject(new Killed());
        const found: unknown = Reflect.get(target, name, target);
        return typeof found === 'function' ? (found.bind(target) as unknown) : found;
      },
    });
    await expect(pass({ runId: 'cut' }, portsWith({ store: killed }))).rejects.toThrow(Killed);
    expect(server.requests).toEqual([]);
    await pass({ runId: 'cut' });
    expect(arrived).toHaveLength(1);
    await pass();
    expect(told()).toEqual([]);
  });
});
