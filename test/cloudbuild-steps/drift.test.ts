/** What a refresh-only plan tells: the fields that differ, no secret among them, never more than one output holds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { driftOf } from '../../cloudbuild-steps/terraform/drift.ts';
import { MAX_OUTPUT_BYTES } from '../../cloudbuild-steps/output.ts';

const drifted = (change: object, address = 'x.a') => ({ address, type: 'x', change });
const read = (...resource_drift: object[]) =>
  driftOf(JSON.stringify({ format_version: '1.2', resource_drift }));
const updated = (before: unknown, after: unknown, masks: object = {}) =>
  read(drifted({ actions: ['update'], before, after, ...masks })).drift.map(
    ({ path, before: was, after: is }) => [path, was, is],
  );

test('nothing drifted, or the plan does not say so', () => {
  expect(read()).toEqual({ drift: [], omitted: 0 });
  expect(driftOf('{}')).toEqual({ drift: [], omitted: 0 });
});

test('tells each field that differs by its path, as the state has it and as it is', () => {
  expect(
    updated(
      { a: 1, b: { c: ['x', { d: true }] }, same: [1], gone: 'g' },
      { a: 2, b: { c: ['x', { d: false }] }, same: [1], fresh: 'f' },
    ),
  ).toEqual([
    ['a', 1, 2],
    ['b.c[1].d', true, false],
    ['gone', 'g', null],
    ['fresh', null, 'f'],
  ]);
});

test('passes over what the service counts for itself, but not over a field of that name that somebody wrote', () => {
  expect(updated({ etag: 'a', role: 'r' }, { etag: 'b', role: 'r' })).toEqual([]);
  expect(updated({ etag: 'a', role: 'r' }, { etag: 'b', role: 's' })).toEqual([['role', 'r', 's']]);
  expect(updated({ labels: { etag: 'a' } }, { labels: { etag: 'b' } })).toEqual([['labels.etag', 'a', 'b']]);
});

test('tells a list that grew as a whole, because its items have no names', () => {
  expect(updated({ l: ['a'] }, { l: ['b', 'a'] })).toEqual([['l', ['a'], ['b', 'a']]]);
});

test('tells a resource that is gone once, without its values', () => {
  expect(read(drifted({ actions: ['delete'], before: { a: 1 }, after: null })).drift).toEqual([
    { address: 'x.a', type: 'x', path: null, before: null, after: null, action: 'delete' },
  ]);
});

describe('secrets', () => {
  test('are masked where either side calls them sensitive, at any depth', () => {
    expect(
      updated(
        { p: 's3cret', q: [{ k: 's3cret' }] },
        { p: 'other', q: [{ k: 's4cret' }] },
        {
          before_sensitive: { p: true },
          after_sensitive: { q: [{ k: true }] },
        },
      ),
    ).toEqual([
      ['p', '(sensitive)', '(sensitive)'],
      ['q[0].k', '(sensitive)', '(sensitive)'],
    ]);
  });

  test('within a value that is told as a whole are masked too', () => {
    expect(
      updated({ l: [{ k: 's3cret', n: 1 }] }, { l: [] }, { before_sensitive: { l: [{ k: true }] } }),
    ).toEqual([['l', [{ k: '(sensitive)', n: 1 }], []]]);
  });

  test('never leave the step, whatever holds them', () => {
    const { value } = fc.letrec<{ value: [unknown, unknown] }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant<[unknown, unknown]>(['CANARY', true]),
        fc.integer().map((n): [unknown, unknown] => [n, false]),
        fc.array(tie('value'), { maxLength: 3 }).map((items): [unknown, unknown] => [
          items.map(([v]) => v),
          items.map(([, mask]) => mask),
        ]),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('value'), { maxKeys: 3 }).map((items): [unknown, unknown] => [
          Object.fromEntries(Object.entries(items).map(([k, [v]]) => [k, v])),
          Object.fromEntries(Object.entries(items).map(([k, [, mask]]) => [k, mask])),
        ]),
      ),
    })); // prettier-ignore
    fc.assert(
      fc.property(value, value, ([before, beforeMask], [after, afterMask]) => {
        const masks = { before_sensitive: { v: beforeMask }, after_sensitive: { v: afterMask } };
        expect(JSON.stringify(updated({ v: before }, { v: after }, masks))).not.toContain('CANARY');
      }),
      { numRuns: 1000 },
    );
  });
});

test('stays within one output, long values by their size, and counts what had no room', () => {
  expect(updated({ a: 'x'.repeat(2000) }, { a: 'y' })).toEqual([['a', '(2002 bytes)', 'y']]);
  const many = Array.from({ length: 500 }, (_, i) =>
    drifted(
      { actions: ['update'], before: { a: 'x'.repeat(300) }, after: { a: 'é'.repeat(200) } },
      `x.a[${i}]`,
    ),
  );
  const { drift, omitted } = read(...many);
  expect(Buffer.byteLength(JSON.stringify({ drift, omitted }))).toBeLessThan(MAX_OUTPUT_BYTES);
  expect(drift.length + omitted).toBe(500);
  expect(drift.length).toBeGreaterThan(50);
});
