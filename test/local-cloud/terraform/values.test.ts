/** Terraform's values on the wire. */
import { encode, ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeValue,
  encodeValue,
  hasUnknown,
  isEmpty,
  UNKNOWN,
} from '../../../local-cloud/terraform/values.ts';

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string(),
    fc.constant(UNKNOWN),
    fc.array(tie('value')),
    fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      tie('value'),
      { noNullPrototype: true },
    ),
  ),
})).value as fc.Arbitrary<Parameters<typeof encodeValue>[0]>;

describe('msgpack', () => {
  it('writes an unknown as extension 0 with one zero byte', () => {
    expect(Buffer.from(encodeValue(UNKNOWN)).toString('hex')).toBe('d40000');
  });

  it.each([0, 12])('reads extension %i as unknown, whatever its refinements', (type) => {
    const data = encode({ a: new ExtData(type, Uint8Array.of(0x81, 0x01, 0xc2)) });
    expect(decodeValue(data)).toEqual({ a: UNKNOWN });
    expect(hasUnknown(decodeValue(data))).toBe(true);
  });

  it('gives back every value it was given', () => {
    fc.assert(
      fc.property(value, (want) => {
        expect(decodeValue(encodeValue(want))).toEqual(want);
      }),
      { numRuns: 200 },
    );
  });
});

it.each([null, '', 0, false, [], {}])('takes %j for a zero', (zero) => {
  expect(isEmpty(zero)).toBe(true);
});

it.each([UNKNOWN, 'x', 1, true, [0], { a: null }])('does not take %j for a zero', (given) => {
  expect(isEmpty(given)).toBe(false);
});
