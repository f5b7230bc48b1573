import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromJson, parseJson, toJson } from '../../../../local-cloud/workflows/run/json.ts';
import { measure } from '../../../../local-cloud/workflows/run/memory.ts';
import { mapOf, typeOf } from '../../../../local-cloud/workflows/run/values.ts';
import { evaluate, execute } from '../support/host.ts';

describe('copies', () => {
  it('an assigned value does not change with the variable it came from', async () => {
    const { result } = await execute(`
- a: {assign: [{x: {k: [1, 2]}}, {y: '\${x}'}, {'x.k[0]': 9}, {'y.n': 5}]}
- r: {return: ['\${x}', '\${y}']}`);
    expect(result).toEqual([{ k: [9, 2] }, { k: [1, 2], n: 5 }]);
  });

  it('a subworkflow cannot change what its caller passed', async () => {
    const { result } = await execute(`
main:
  steps:
  - a: {assign: [{x: {k: 1}}]}
  - b: {call: change, args: {m: '\${x}'}}
  - r: {return: '\${x}'}
change:
  params: [m]
  steps: [{a: {assign: [{m.k: 2}]}}]`);
    expect(result).toEqual({ k: 1 });
  });

  it('the copy law holds for any value and any key written afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.jsonValue()), async (value) => {
        const { result } = await execute(
          `
main:
  params: [x]
  steps:
  - a: {assign: [{y: '\${x}'}, {x.k: 1}]}
  - r: {return: '\${y}'}`,
          value,
        );
        expect(result).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 30 },
    );
  });
});

describe('memory of a value, by the documented formula', () => {
  it.each([
    [null, 8],
    [1n, 8],
    [1.5, 8],
    [true, 8],
    ['', 8],
    ['abc', 11],
    ['é', 10],
    [new Uint8Array(4), 12],
    [[1n, 'a'], 8 + 8 + 9],
    [mapOf({ ab: 1n }), 8 + 10 + 8],
    [mapOf({}), 8],
  ])('%s takes %d bytes', (value, bytes) => {
    expect(measure(value)).toBe(bytes);
  });

  it('is given back when loops and calls end', async () => {
    const { memory } = await execute(`
main:
  steps:
  - a: {for: {value: v, in: [1, 2], steps: [{b: {assign: [{local: abc}]}}]}}
  - c: {call: sub, args: {p: text}}
sub: {params: [p], steps: [{d: {assign: [{q: '\${p}'}]}}]}`);
    expect(memory).toBe(0);
  });
});

describe('types', () => {
  it.each([
    ['1', 'integer'],
    ['1.0', 'double'],
    ['"a"', 'string'],
    ['true', 'boolean'],
    ['null', 'null'],
    ['[]', 'list'],
    ['{}', 'map'],
    ['text.encode("a")', 'bytes'],
  ])('get_type(%s) is %s', async (expression, want) => {
    expect(await evaluate(`get_type(${expression})`)).toBe(want);
  });

  it('whole numbers in JSON are integers, others doubles', () => {
    expect(parseJson('[1, 1.0, 1e2, 9223372036854775807, 9223372036854775808]')).toEqual([
      1n,
      1,
      100,
      9223372036854775807n,
      9223372036854775808,
    ]);
  });

  it('JSON text survives a round trip', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (json) => {
        const text = JSON.stringify(json);
        expect(JSON.parse(toJson(parseJson(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('knows every type by name', () => {
    expect(typeOf(fromJson({ a: [] }))).toBe('map');
  });
});
