/** The parts that declarations are compiled with. */
import { describe, expect, it } from 'vitest';
import { list, map, text, value, type Schema } from '../../../reconciler/resources/schema/declare.ts';
import { Memo } from '../../../reconciler/resources/schema/memo.ts';
import { ownedPlace } from '../../../reconciler/resources/schema/owned.ts';

describe('the place of a field among managed fields', () => {
  const schema: Schema = {
    labels: map({ at: 'metadata.labels', each: text() }),
    'annotations[a.b/c]': text({ at: ['metadata', 'annotations', 'a.b/c'] }),
    items: list({ at: 'spec.items', by: 'name', each: { image: text(), args: value({ at: 'exec.0' }) } }),
    ports: list({ at: 'spec.ports', by: ['port', { firstOf: ['protocol'], absent: 'TCP' }], each: text() }),
    metrics: list({ at: 'spec.metrics', by: [{ firstOf: ['resource.name', 'type'] }], each: { of: text() } }),
  };

  it.each([
    ['labels[app.kubernetes.io/name]', ['f:metadata', 'f:labels', 'f:app.kubernetes.io/name']],
    ['annotations[a.b/c]', ['f:metadata', 'f:annotations', 'f:a.b/c']],
    ['items[web]', ['f:spec', 'f:items', 'k:{"name":"web"}']],
    ['items[we\\]b].image', ['f:spec', 'f:items', 'k:{"name":"we]b"}', 'f:image']],
    ['items[web].args', ['f:spec', 'f:items', 'k:{"name":"web"}', 'f:exec']],
    ['ports[80/UDP]', ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"UDP"}']],
    // No server merges by what is looked for in several places: the list has one owner.
    ['metrics[cpu].of', ['f:spec', 'f:metrics']],
    // Not the root, which would be everybody's.
    ['aFieldOfTomorrow', ['f:aFieldOfTomorrow']],
    ['items', ['f:spec', 'f:items']],
    ['item[web]', ['f:item[web]']],
  ])('is known for %s', (path, place) => {
    expect(ownedPlace(schema, path)).toEqual(place);
  });
});

describe('a memo', () => {
  it('works an answer out once', () => {
    const memo = new Memo<object>();
    const first = memo.of('a', () => ({}));
    expect(memo.of('a', () => ({}))).toBe(first);
  });

  it('keeps neither ever more nor what is too long to be a name', () => {
    const memo = new Memo<object>();
    const first = memo.of('a', () => ({}));
    for (let n = 0; n < 20_000; n += 1) memo.of(`other${n}`, () => ({}));
    expect(memo.of('a', () => ({}))).not.toBe(first);
    const long = 'x'.repeat(1000);
    expect(memo.of(long, () => ({}))).not.toBe(memo.of(long, () => ({})));
  });
});
