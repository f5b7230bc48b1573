/** The protobuf codec against bytes written by hand from the encoding's own documentation, and its laws. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bool,
  bytes,
  chosenInteger,
  embedded,
  integer,
  map,
  message,
  repeated,
  string,
} from '../../../local-cloud/terraform/protobuf.ts';

const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const fromHex = (text: string): Uint8Array => Buffer.from(text, 'hex');

const inner = message({ a: integer(1) });
const all = message({
  text: string(1),
  data: bytes(2),
  flag: bool(3),
  count: integer(4),
  chosen: chosenInteger(5),
  one: embedded(6, () => inner),
  many: repeated(7, () => inner),
  named: map(8, () => inner),
});

describe('vectors of protobuf.dev/programming-guides/encoding', () => {
  it('writes 150 in field 1 as 08 96 01', () => {
    expect(hex(inner.encode({ a: 150 }))).toBe('089601');
  });

  it('writes "testing" in a string field as length and bytes', () => {
    expect(hex(message({ b: string(2) }).encode({ b: 'testing' }))).toBe('120774657374696e67');
  });

  it('writes a sub-message as length and its own encoding', () => {
    expect(hex(message({ c: embedded(3, () => inner) }).encode({ c: { a: 150 } }))).toBe('1a03089601');
  });

  it('writes a number beyond 32 bits', () => {
    expect(hex(inner.encode({ a: 2 ** 40 }))).toBe('08808080808020');
  });

  it('writes a zero that was chosen, and leaves out one that was not', () => {
    expect(hex(all.encode({ chosen: 0, count: 0, text: '' }))).toBe('2800');
  });

  it('tells an empty sub-message from none', () => {
    expect(all.decode(all.encode({ one: {} })).one).toEqual({ a: 0 });
    expect(all.decode(new Uint8Array()).one).toBeUndefined();
  });
});

describe('reading', () => {
  it('skips fields it does not know, of every wire type', () => {
    const unknown = '9001' + '7f' + '9201' + '02abcd' + '9101' + '0011223344556677' + '9501' + '00112233';
    expect(all.decode(fromHex(`${unknown}0a0161`)).text).toBe('a');
  });

  it.each(['08', '0a05', '12ff'])('refuses the truncated message %s', (text) => {
    expect(() => all.decode(fromHex(text))).toThrow(/ends inside/);
  });

  it('reads a map entry without a value as an empty message', () => {
    expect(all.decode(fromHex('4203' + '0a0178')).named).toEqual({ x: { a: 0 } });
  });
});

it('gives back what it was given, for every message', () => {
  const number = fc.nat({ max: Number.MAX_SAFE_INTEGER });
  const part = fc.record({ a: number });
  const key = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');
  const value = fc.record({
    text: fc.string({ unit: 'grapheme' }),
    data: fc.uint8Array({ maxLength: 300 }).map((data) => Uint8Array.from(data)),
    flag: fc.boolean(),
    count: number,
    chosen: fc.option(number, { nil: undefined }),
    one: fc.option(part, { nil: undefined }),
    many: fc.array(part),
    named: fc.dictionary(key, part, { noNullPrototype: true }),
  });
  fc.assert(
    fc.property(value, (want) => {
      const have = all.decode(all.encode(want));
      expect({ ...have, data: Uint8Array.from(have.data) }).toEqual(want);
    }),
    { numRuns: 100 },
  );
});
