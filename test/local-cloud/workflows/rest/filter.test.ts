import { describe, expect, it } from 'vitest';
import { compileFilter } from '../../../../local-cloud/workflows/rest/filter.ts';
import type { FilterField } from '../../../../local-cloud/workflows/rest/filter-test.ts';
import { compileOrder, page } from '../../../../local-cloud/workflows/rest/paging.ts';

interface Item {
  readonly state: string;
  readonly created: number;
  readonly seconds: number;
  readonly labels: Readonly<Record<string, string>>;
}

const ITEM: Item = {
  state: 'ACTIVE',
  created: Date.parse('2026-01-02T00:00:00Z'),
  seconds: 5,
  labels: { team: 'blue', 'a-b': 'x y' },
};

function lookup(name: string, rest: string | undefined): FilterField<Item> | undefined {
  if (name === 'labels' && rest !== undefined) return { kind: 'text', read: ({ labels }) => labels[rest] };
  if (name === 'labels') return { kind: 'map', read: ({ labels }) => labels };
  if (name === 'state') return { kind: 'text', read: ({ state }) => state };
  if (name === 'createTime') return { kind: 'time', read: ({ created }) => created };
  if (name === 'duration') return { kind: 'seconds', read: ({ seconds }) => seconds };
  return undefined;
}

describe('filters', () => {
  it.each([
    ['', true],
    ['state="ACTIVE"', true],
    ['state = ACTIVE', true],
    ['state!="ACTIVE"', false],
    ['state="FAILED"', false],
    ['labels.team="blue"', true],
    ['labels."a-b"="x y"', true],
    ['labels.a-b="x y"', true],
    ['labels.none="blue"', false],
    ['labels.none!="blue"', true],
    ['labels.team:*', true],
    ['labels.none:*', false],
    ['createTime>"2026-01-01T00:00:00Z"', true],
    ['createTime<="2026-01-01T00:00:00Z"', false],
    ['createTime > "2026-01-01T00:00:00Z" AND state="ACTIVE"', true],
    ['state="ACTIVE" AND labels.team="red"', false],
    ['state="ACTIVE" labels.team="blue"', true],
    ['duration>4s AND duration<=5', true],
    ["state='ACTIVE'", true],
    ['state="FAILED" OR state="ACTIVE"', true],
    ['NOT state="FAILED"', true],
    ['-state="ACTIVE"', false],
    ['NOT (state="FAILED" OR labels.team="red")', true],
    // AIP-160: OR binds tighter than AND, so this is (A OR B) AND C.
    ['state="ACTIVE" OR state="QUEUED" AND labels.team="red"', false],
    ['state="ACTIVE" OR (state="QUEUED" AND labels.team="red")', true],
    ['(state="ACTIVE") (labels.team="blue")', true],
    ['state="ACT*"', true],
    ['state="*IVE"', true],
    ['state!="ACT*"', false],
    ['state="*FAIL*"', false],
    ['labels:team', true],
    ['labels:none', false],
    ['labels:"team:blue"', true],
    ['labels:"team:red"', false],
    ['labels:*', true],
  ])('%s', (filter, want) => {
    expect(compileFilter(filter, lookup)(ITEM)).toBe(want);
  });

  it.each([
    ['nope="x"', "unknown field 'nope'"],
    ['state', 'cannot be read'],
    ['state="A" OR', 'cannot be read'],
    ['(state="A"', 'ends too early'],
    ['state="A")', 'cannot be read'],
    ['state=', 'ends too early'],
    ['NOT', 'cannot be read'],
    ['labels="team"', 'compares a whole map'],
    [`${'('.repeat(99)}state="A"`, 'nested more than'],
    ['createTime>"soon"', 'not a time'],
  ])('refuses %s', (filter, reason) => {
    expect(() => compileFilter(filter, lookup)).toThrow(reason);
  });
});

describe('pages', () => {
  const names = (items: readonly string[]) => (query: string) =>
    page(items, (item) => item, new URLSearchParams(query), { fallback: 2, max: 3 });

  it('follow each other by token, also when items appear in front', () => {
    const first = names(['d', 'c', 'b', 'a'])('');
    expect(first.items).toEqual(['d', 'c']);
    const token = first.nextPageToken ?? '';
    expect(names(['e', 'd', 'c', 'b', 'a'])(`pageToken=${token}`)).toEqual({ items: ['b', 'a'] });
  });

  it('are never larger than the service allows', () => {
    expect(names(['d', 'c', 'b', 'a'])('pageSize=100').items).toHaveLength(3);
  });

  it('refuse sizes and tokens that are none', () => {
    expect(() => names(['a'])('pageSize=-1')).toThrow('pageSize');
    expect(() => names(['a'])('pageToken=zzz')).toThrow('page token is invalid');
  });
});

describe('order', () => {
  it('sorts by several fields, each up or down', () => {
    const items = [
      { a: 1, b: 'x' },
      { a: 2, b: 'x' },
      { a: 1, b: 'y' },
    ];
    const order = compileOrder<(typeof items)[number]>('b desc, a', { a: ({ a }) => a, b: ({ b }) => b });
    expect([...items].sort(order)).toEqual([items[2], items[0], items[1]]);
  });

  it('refuses what it does not know', () => {
    expect(() => compileOrder('c', { a: () => 1 })).toThrow('known fields: a');
    expect(() => compileOrder('a down', { a: () => 1 })).toThrow('not understood');
  });
});
