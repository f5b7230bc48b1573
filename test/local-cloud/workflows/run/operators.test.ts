import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal } from '../../../../local-cloud/workflows/run/values.ts';
import { evaluate, tagOf } from '../support/host.ts';

describe('+ by the documented conversion table', () => {
  const operands = { integer: '1', double: '1.5', string: '"s"', boolean: 'true' };
  const want: Record<string, Record<string, unknown>> = {
    integer: { integer: 2n, double: 2.5, string: '1s', boolean: 'TypeError' },
    double: { integer: 2.5, double: 3, string: '1.5s', boolean: 'TypeError' },
    string: { integer: 's1', double: 's1.5', string: 'ss', boolean: 'strue' },
    boolean: { integer: 'TypeError', double: 'TypeError', string: 'trues', boolean: 'TypeError' },
  };
  for (const [left, leftText] of Object.entries(operands)) {
    for (const [right, rightText] of Object.entries(operands)) {
      it(`${left} + ${right}`, async () => {
        const expression = `${leftText} + ${rightText}`;
        const result = want[left]?.[right];
        if (result === 'TypeError') expect(await tagOf(evaluate(expression))).toBe('TypeError');
        else expect(await evaluate(expression)).toBe(result);
      });
    }
  }
});

describe('operators', () => {
  it.each([
    ['10 / 2', 5],
    ['-7 // 2', -4n],
    ['7 // -2', -4n],
    ['-7 % 2', 1n],
    ['7.5 // 2', 3],
    ['2 * 1.5', 3],
    ['2 * 3', 6n],
    ['5 - 2.0', 3],
    ['1 == 1.0', true],
    ['1 == "1"', false],
    ['{"a": [1]} == {"a": [1.0]}', true],
    ['null == null', true],
    ['1 < 1.5', true],
    ['"a" < "b"', true],
    ['2 in [1, 2]', true],
    ['"k" in {"k": null}', true],
    ['not false', true],
    ['true and not false', true],
    ['[1] != [2]', true],
  ])('%s is %s', async (expression, want) => {
    expect(await evaluate(expression)).toBe(want);
  });

  it.each([
    ['1 / 0', 'ZeroDivisionError'],
    ['1 // 0', 'ZeroDivisionError'],
    ['1 % 0.0', 'ZeroDivisionError'],
    ['null + 1', 'TypeError'],
    ['[1] + [2]', 'TypeError'],
    ['"a" * 2', 'TypeError'],
    ['"a" < 1', 'TypeError'],
    ['"a" in "abc"', 'TypeError'],
    ['not "k" in {"k": 1}', 'TypeError'],
    ['1 and true', 'TypeError'],
    ['-"a"', 'TypeError'],
    ['{"a": 1}.b', 'KeyError'],
    ['{"a": 1}["b"]', 'KeyError'],
    ['[1][1]', 'IndexError'],
    ['[1][-1]', 'IndexError'],
    ['[1]["0"]', 'TypeError'],
    ['x.key', 'TypeError'],
  ])('%s raises %s', async (expression, tag) => {
    expect(await tagOf(evaluate(expression))).toBe(tag);
  });

  it("names the right side that 'in' cannot search, in the service's words", async () => {
    await expect(evaluate('"k" in x')).rejects.toThrow(
      "The argument of 'in' must be a dict or an array; got: null",
    );
  });
});

describe('laws of 64-bit integers', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

  it('sums, differences and products stay within 64 bits', async () => {
    await fc.assert(
      fc.asyncProperty(int64, int64, fc.constantFrom('+', '-', '*'), async (a, b, operator) => {
        const result = (await evaluate(`(${a}) ${operator} (${b})`)) as bigint;
        expect(BigInt.asIntN(64, result)).toBe(result);
      }),
      { numRuns: 40 },
    );
  });

  it('a is (a // b) * b + a % b, and the remainder has the sign of b', async () => {
    await fc.assert(
      fc.asyncProperty(
        int64,
        int64.filter((b) => b !== 0n),
        async (a, b) => {
          expect(await evaluate(`((${a}) // (${b})) * (${b}) + (${a}) % (${b})`)).toBe(a);
          const remainder = (await evaluate(`(${a}) % (${b})`)) as bigint;
          expect(remainder === 0n || remainder < 0n === b < 0n).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('integers beyond 2^53 keep every digit through JSON and back', async () => {
    await fc.assert(
      fc.asyncProperty(int64, async (a) => {
        expect(await evaluate(`json.decode(json.encode(${a}))`)).toBe(a);
      }),
      { numRuns: 40 },
    );
  });
});

describe('equality', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.bigInt({ min: -5n, max: 5n }),
      fc.constantFrom(null, true, 'a', 1.5),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  })).value as fc.Arbitrary<Parameters<typeof equal>[0]>;

  it('is reflexive for structurally equal copies and symmetric', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(equal(a, structuredClone(a))).toBe(true);
        expect(equal(a, b)).toBe(equal(b, a));
      }),
    );
  });
});
