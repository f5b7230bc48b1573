/** What is news: against what people were told, not against the pass before. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Directive } from '../../../desired-state/store.ts';
import type { Finding, FindingClass, RunReport, TenantReport } from '../../../reconciler/model.ts';
import { tellingsOf } from '../../../reconciler/notify/compose.ts';
import { changesToTell, type PassOutcome } from '../../../reconciler/notify/decide.ts';
import type { Notification, NotifyTarget, Telling, ToldEntry } from '../../../reconciler/notify/message.ts';
import { finding, IN_SYNC, tenant } from '../report/sample.ts';

const NOW = '2026-03-01T10:00:00Z';

const target = (more: Partial<NotifyTarget> = {}): NotifyTarget => ({
  name: 'team',
  on: ['new', 'worse', 'resolved', 'expired'],
  classes: ['missing', 'changed', 'extra', 'unhealthy', 'unreadable', 'exception'],
  labels: null,
  address: { type: 'pubsub', topic: 'projects/p/topics/t' },
  ...more,
});

/** Pass after pass over rows that the test writes, with what is remembered in between. */
class People {
  told: ToldEntry[] = [];
  #runs = 0;
  readonly #targets: readonly NotifyTarget[];

  constructor(...targets: readonly NotifyTarget[]) {
    this.#targets = targets.length === 0 ? [target()] : targets;
  }

  hear(
    tenants: readonly TenantReport[],
    more: Partial<PassOutcome> & Partial<RunReport> = {},
  ): Notification[] {
    const run = `run-${(this.#runs += 1)}`;
    const { breaker = null, ...outcome } = more;
    const changes = changesToTell({
      report: { ...IN_SYNC, breaker, tenants },
      names: new Set(['acme', 'bolt', 'corp', ...tenants.map(({ name }) => name)]),
      shard: { index: 0, count: 1 },
      directives: [],
      told: this.told,
      now: NOW,
      ...outcome,
    });
    const tellings = tellingsOf(changes, { run, at: NOW, targets: this.#targets });
    for (const telling of tellings) this.#remember(telling);
    return tellings.flatMap(({ messages }) => messages);
  }

  #remember({ told, forgotten }: Telling): void {
    const keyOf = ({ name, place }: Pick<ToldEntry, 'name' | 'place'>) => `${name} ${place}`;
    const gone = new Set([...forgotten, ...told].map(keyOf));
    this.told = [...this.told.filter((entry) => !gone.has(keyOf(entry))), ...told];
  }
}

const NAT = { resource: 'nat/acme-nat', class: 'missing' } as const;
const POOL = { resource: 'node-pool/gpu', field: 'max', class: 'changed' } as const;
const row = (findings: readonly Finding[], more: Partial<TenantReport> = {}) =>
  tenant({ name: 'acme', verdict: 'drift', findings, ...more });
const heard = (messages: readonly Notification[]) => messages.map(({ occasion, title }) => [occasion, title]);

describe('a place that differs', () => {
  it.each([
    ['a worse class', POOL, { ...POOL, class: 'missing' }],
    ['a graver risk', POOL, { ...POOL, risk: 'replace' }],
    ['somebody who keeps setting it back', POOL, { ...POOL, contested: { opponent: 'bob', times: 3 } }],
  ] as const)('is told again for %s, and what it was', (_, before, after) => {
    const people = new People();
    people.hear([row([finding(before)])]);
    expect(people.hear([row([finding(before)])])).toEqual([]);
    expect(people.hear([row([finding(after)])])).toMatchObject([
      { occasion: 'worse', about: { before: { class: 'changed', risk: 'in-place' } } },
    ]);
    expect(people.hear([row([finding(after)])])).toEqual([]);
    // Milder is no news, and worse again is.
    expect(people.hear([row([finding(before)])])).toEqual([]);
    expect(people.hear([row([finding(after)])])).toMatchObject([{ occasion: 'worse' }]);
  });

  it('is not told as gone where nobody could look, and is not new when somebody can again', () => {
    const people = new People();
    people.hear([row([finding(POOL)])]);
    const hidden = row([finding({ resource: POOL.resource, class: 'unreadable' })]);
    expect(heard(people.hear([hidden]))).toEqual([['new', 'New: node-pool/gpu cannot be read on acme']]);
    expect(heard(people.hear([row([finding(POOL)])]))).toEqual([
      ['resolved', 'Resolved: node-pool/gpu is as wanted again on acme'],
    ]);
  });

  it.each([
    ['whose record cannot be used', { verdict: 'invalid' }],
    ['that this pass did not get to', { staleSince: NOW }],
  ] as const)('of a tenant %s is not told as gone', (_, more) => {
    const people = new People();
    people.hear([row([finding(POOL)])]);
    expect(people.hear([row([], more)])).toEqual([]);
    expect(people.hear([row([finding(POOL)])])).toEqual([]);
  });

  it('of a tenant that is still being built is not told', () => {
    expect(new People().hear([row([finding(NAT)], { appliedGeneration: null })])).toEqual([]);
  });

  it('of a tenant that the report only counts is told as gone', () => {
    const people = new People();
    people.hear([row([finding(POOL)])]);
    expect(people.hear([], { names: new Set(['bolt']) })).toEqual([]);
    expect(people.hear([])).toMatchObject([{ occasion: 'resolved', tenants: { names: ['acme'] } }]);
  });
});

describe('a secret', () => {
  it('is in no message and in nothing that is remembered', () => {
    const people = new People();
    const leak = finding({
      resource: 'deployment/web',
      field: 'containers[web].env[DB_PASSWORD]',
      class: 'changed',
      want: 'hunter2-old',
      have: 'hunter2-new',
      message: 'have hunter2-new',
    });
    const messages = people.hear([row([leak])]);
    expect(messages).toHaveLength(1);
    expect(JSON.stringify([messages, people.told, people.hear([row([])])])).not.toContain('hunter2');
  });

  it('of each tenant its own makes one message all the same', () => {
    const rows = ['acme', 'bolt', 'corp'].map((name) =>
      row(
        [
          finding({
            tenant: name,
            resource: 'deployment/web',
            field: 'env[TOKEN]',
            class: 'changed',
            have: `${name}-token`,
          }),
        ],
        { name },
      ),
    );
    expect(new People().hear(rows)).toMatchObject([{ tenants: { count: 3 } }]);
  });
});

describe('a target', () => {
  const gold = target({ name: 'gold', labels: { tier: 'gold' } });

  it('that listens for some tenants hears of those, and nothing of the fleet', () => {
    const people = new People(gold, target());
    const rows = [
      row([finding(POOL)], { labels: { tier: 'gold' } }),
      row([finding({ ...POOL, tenant: 'bolt' })], { name: 'bolt' }),
    ];
    const breaker = { tripped: ['too much'], cause: null, admitted: 0 };
    const counts = people.hear(rows, { breaker }).map(({ target: name, tenants }) => [name, tenants.count]);
    expect(counts.sort()).toEqual([
      ['gold', 1],
      ['team', 0],
      ['team', 2],
    ]);
  });

  it('hears only the occasions it asked for, and what it missed is not told later', () => {
    const people = new People(target({ on: ['resolved'] }));
    expect(people.hear([row([finding(POOL)])])).toEqual([]);
    expect(people.hear([row([])])).toMatchObject([{ occasion: 'resolved' }]);
  });

  it('that does not hear of pending changes hears of drift in their place as new, and of its end', () => {
    const people = new People(target(), target({ name: 'all', classes: ['pending', 'changed'] }));
    const of = (messages: readonly Notification[]) =>
      messages.map(({ target: name, occasion }) => `${name} ${occasion}`).sort();
    const pending = row([finding({ ...POOL, class: 'pending' })]);
    expect(of(people.hear([pending]))).toEqual(['all new']);
    expect(of(people.hear([row([finding(POOL)])]))).toEqual(['all worse', 'team new']);
    expect(of(people.hear([pending]))).toEqual(['team resolved']);
    expect(of(people.hear([row([])]))).toEqual(['all resolved']);
  });
});

describe('the breaker', () => {
  const breaker = { tripped: ['12 of 20 tenants miss something'], cause: 'network/x', admitted: 0 };

  it('is told when it opens and when it closes, once each', () => {
    const people = new People();
    expect(people.hear([], { breaker })).toMatchObject([
      { occasion: 'worse', about: { kind: 'breaker', tripped: breaker.tripped } },
    ]);
    expect(people.hear([], { breaker })).toEqual([]);
    expect(heard(people.hear([]))).toEqual([['resolved', 'Resolved: the breaker is closed again']]);
  });

  it('is not spoken of by a pass over tenants that somebody named', () => {
    expect(new People().hear([], { breaker, shard: null })).toEqual([]);
  });
});

describe('an order', () => {
  const order = (more: Partial<Directive>): Directive => ({
    name: 'acme',
    id: 'one',
    kind: 'pause',
    actor: 'ann@example.com',
    reason: 'incident 42',
    detail: null,
    uses: 0,
    createdAt: NOW,
    expiresAt: '2026-03-01T11:00:00Z',
    endedAt: null,
    endedBy: null,
    ...more,
  });
  const LATER = '2026-03-01T12:00:00Z';

  it.each(['pause', 'exception', 'approval', 'override', 'break-glass'] as const)(
    'of kind %s is told when its time is over, once, with who gave it',
    (kind) => {
      const people = new People();
      const directives = [order({ kind })];
      expect(people.hear([], { directives })).toEqual([]);
      expect(people.hear([], { directives, now: LATER })).toMatchObject([
        {
          occasion: 'expired',
          about: { directive: { kind, actor: 'ann@example.com', reason: 'incident 42' } },
        },
      ]);
      expect(people.hear([], { directives, now: LATER })).toEqual([]);
    },
  );

  it.each([
    ['was taken back', { endedAt: NOW, endedBy: 'bob' }],
    ['an approval that was used', { kind: 'approval', uses: 1 }],
    ['an override that was used up', { kind: 'override', uses: 3, detail: { launches: 3 } }],
    ['the mark of a resume', { kind: 'resume' }],
    ["another share's", { name: 'other' }],
  ] as const)('that %s did not end by time', (_, more) => {
    const people = new People();
    people.hear([]);
    expect(people.hear([], { directives: [order(more)], now: LATER })).toEqual([]);
  });

  it('that ran out tells itself: the finding about it is no second message', () => {
    const people = new People();
    people.hear([]);
    const over = finding({ class: 'exception', resource: 'exception/one' });
    const directives = [order({ kind: 'exception' })];
    expect(people.hear([row([over])], { directives, now: LATER })).toMatchObject([{ occasion: 'expired' }]);
    const unused = finding({ class: 'exception', resource: 'exception/two' });
    expect(people.hear([row([unused])], { now: LATER })).toMatchObject([{ occasion: 'new' }]);
  });
});

describe('many different findings', () => {
  const many = row(
    Array.from({ length: 60 }, (_, n) => finding({ class: 'extra', resource: `firewall/f${n}` })),
  );

  it('are told in at most twenty messages, the last of which counts the rest', () => {
    const people = new People();
    const messages = people.hear([many]);
    expect(messages).toHaveLength(20);
    expect(messages.at(-1)).toMatchObject({
      title: '41 more messages of this pass in one',
      about: { more: 21 },
    });
    expect(people.hear([many])).toEqual([]);
  });

  it('have ids that are all different, and the same when the run is made again', () => {
    const [one, other] = [new People(), new People()];
    const ids = one.hear([many]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(20);
    expect(other.hear([many]).map(({ id }) => id)).toEqual(ids);
    // Another run tells of another event.
    one.hear([row([])]);
    expect(one.hear([many]).map(({ id }) => id)).not.toEqual(ids);
  });

  it('of a huge fleet are remembered in parts, messages first', () => {
    const rows = Array.from({ length: 2500 }, (_, n) => row([finding(POOL)], { name: `t${n}` }));
    const changes = changesToTell({
      report: { ...IN_SYNC, tenants: rows },
      names: new Set(rows.map(({ name }) => name)),
      shard: null,
      directives: [],
      told: [],
      now: NOW,
    });
    const tellings = tellingsOf(changes, { run: 'r', at: NOW, targets: [target()] });
    expect(tellings.map(({ messages, told }) => [messages.length, told.length])).toEqual([
      [1, 0],
      [0, 2000],
      [0, 500],
      [0, 1],
    ]);
  });
});

describe('any course of things', () => {
  const CLASSES = ['missing', 'changed', 'extra', 'unhealthy'] as const satisfies readonly FindingClass[];
  const anyFinding = fc.record({
    class: fc.constantFrom(...CLASSES),
    resource: fc.constantFrom('nat/a', 'node-pool/gpu'),
    excepted: fc.constantFrom(null, null, 'known'),
  });
  const anyPass = fc.uniqueArray(anyFinding, { selector: ({ resource }) => resource });

  it('leaves people knowing exactly what stands and is not excepted, and a pass that runs again says nothing', () => {
    fc.assert(
      fc.property(fc.array(anyPass, { minLength: 1, maxLength: 8 }), (course) => {
        const people = new People();
        const known = new Map<string, FindingClass>();
        for (const found of course) {
          const rows = [row(found.map((part) => finding(part)))];
          for (const { occasion, about } of people.hear(rows)) {
            if (about.kind !== 'finding') continue;
            const { resource, class: kind } = about.finding;
            if (occasion === 'resolved') known.delete(resource);
            else known.set(resource, kind);
          }
          expect(people.hear(rows)).toEqual([]);
          for (const { resource, excepted } of found) {
            if (excepted === null) expect(known.has(resource)).toBe(true);
            else known.delete(resource);
          }
          expect([...known.keys()].sort()).toEqual(
            found.flatMap(({ resource, excepted }) => (excepted === null ? [resource] : [])).sort(),
          );
        }
      }),
    );
  });
});
