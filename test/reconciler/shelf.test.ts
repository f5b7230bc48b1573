/** What is put on the shelf comes back as it was, packed or not, whatever tenants are called. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../reconciler/model.ts';
import { CHUNK, Shelf } from '../../reconciler/shelf.ts';

/** Few letters, so that names hold one another, and those that stand for names themselves. */
const text = fc.string({
  unit: fc.constantFrom('a', 'b', '$', '&', '"', '\\', '\t', '\n', '\u0001', '\u0002', 'é', '😀'),
});
/** Many tenants tell the same. */
const told = fc.oneof(
  fc.tuple(text, fc.oneof(text, fc.dictionary(text, text), fc.jsonValue()) as fc.Arbitrary<Json>),
  fc.constantFrom<[string, Json]>(['network a', { b: 'a' }], ['network', []]),
);
const line = fc.record({ ordinal: fc.nat({ max: 2 * CHUNK }), told });

describe('the shelf', () => {
  it('gives back what was put there last under each key, and nobody else’s', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 60 }),
        fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(0, 100, 1_000_000),
        (lines, names, unpacked) => {
          const shelf = new Shelf((ordinal) => names[ordinal % names.length] ?? ['', ''], {
            unpacked,
            room: 50,
          });
          const wanted = new Map<number, Map<string, Json>>();
          for (const {
            ordinal,
            told: [key, value],
          } of lines) {
            shelf.put(ordinal, key, value);
            const ofTenant = wanted.get(ordinal) ?? new Map<string, Json>();
            wanted.set(ordinal, ofTenant.set(key, JSON.parse(JSON.stringify(value)) as Json));
          }
          for (const chunk of [0, 1, 2]) {
            const taken = shelf.take(chunk);
            for (let ordinal = chunk * CHUNK; ordinal < (chunk + 1) * CHUNK; ordinal += 1) {
              expect(taken(ordinal)).toEqual(wanted.get(ordinal));
            }
            expect(shelf.take(chunk)(chunk * CHUNK)).toBeUndefined();
          }
        },
      ),
    );
  });
});
