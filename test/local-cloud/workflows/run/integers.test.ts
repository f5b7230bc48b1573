/** 64-bit integers in variables, where they are kept as numbers while they are small: nobody must be able to tell. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { build } from '../../../../local-cloud/workflows/check/check.ts';
import { compileProgram } from '../../../../local-cloud/workflows/run/interpreter.ts';
import { execute, testHost } from '../support/host.ts';

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Where numbers lose digits, where the language wraps, where products of two reach either, and zero. */
const BORDERS = [0n, 2n ** 31n, 94_906_266n, 3_037_000_500n, 2n ** 52n, 2n ** 53n, 2n ** 62n, 2n ** 63n];
const NEAR = [
  ...new Set(
    BORDERS.flatMap((border) =>
      [-3n, -2n, -1n, 0n, 1n, 2n, 3n].flatMap((step) => [wrap(border + step), wrap(step - border)]),
    ),
  ),
];
const integer = fc.oneof(fc.constantFrom(...NEAR), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];
type Sum = Name | bigint | { readonly operator: '+' | '-' | '*' | '//' | '%'; left: Sum; right: Sum };

const sum: fc.Arbitrary<Sum> = fc.letrec<{ sum: Sum }>((tie) => ({
  sum: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...NAMES),
    integer,
    fc.record({
      operator: fc.constantFrom('+', '-', '*', '//', '%'),
      left: tie('sum'),
      right: tie('sum'),
    }),
  ),
})).sum;

function textOf(expression: Sum): string {
  if (typeof expression !== 'object') return String(expression);
  return `(${textOf(expression.left)} ${expression.operator} ${textOf(expression.right)})`;
}

type Variables = Readonly<Record<Name, bigint>>;

/** The model: bigints cut to 64 bits after every operator. Undefined: a division by zero. */
function valueOf(expression: Sum, variables: Variables): bigint | undefined {
  if (typeof expression === 'bigint') return expression;
  if (typeof expression === 'string') return variables[expression];
  const a = valueOf(expression.left, variables);
  const b = valueOf(expression.right, variables);
  if (a === undefined || b === undefined) return undefined;
  switch (expression.operator) {
    case '+':
      return wrap(a + b);
    case '-':
      return wrap(a - b);
    case '*':
      return wrap(a * b);
    case '//':
      return b === 0n ? undefined : wrap(floored(a, b));
    case '%':
      return b === 0n ? undefined : a - floored(a, b) * b;
  }
}

function floored(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

const start = ({ a, b, c }: Variables): string => `- i: {assign: [{a: ${a}}, {b: ${b}}, {c: ${c}}]}`;

/** An expression may have 400 characters. */
const short = sum.filter((expression) => textOf(expression).length < 180);
const variables = fc.record({ a: integer, b: integer, c: integer });

const TWO = compileProgram(
  build(`
main:
  params: [x]
  steps:
  - i: {assign: [{a: "\${x[0]}"}, {b: "\${x[1]}"}, {quotient: null}, {rest: null}]}
  - s: {assign: [{sum: "\${a + b}"}, {difference: "\${a - b}"}, {product: "\${a * b}"}]}
  - d: {switch: [{condition: "\${b != 0}", assign: [{quotient: "\${a // b}"}, {rest: "\${a % b}"}]}]}
  - out: {return: ["\${sum}", "\${difference}", "\${product}", "\${quotient}", "\${rest}"]}
`),
);

describe('the operators on two integers', () => {
  it('are those of 64-bit integers for every pair from around the borders', async () => {
    for (const a of NEAR) {
      for (const b of NEAR) {
        const { result } = TWO.start([a, b], testHost(), () => undefined);
        const parts = b === 0n ? [null, null] : [wrap(floored(a, b)), a - floored(a, b) * b];
        expect([a, b, await result]).toEqual([a, b, [wrap(a + b), wrap(a - b), wrap(a * b), ...parts]]);
      }
    }
  });
});

describe('sums of integers', () => {
  it('are those of 64-bit integers, in a variable as anywhere else', async () => {
    await fc.assert(
      fc.asyncProperty(short, variables, async (expression, given) => {
        const text = textOf(expression);
        const { result, error } = await execute(`
${start(given)}
- s: {assign: [{r: "\${${text}}"}, {again: "\${r}"}, {l: ["\${${text}}"]}, {n: "\${r + 0}"}]}
- out: {return: ["\${string(r)}", "\${string(again)}", "\${string(l[0])}", "\${string(n)}", "\${get_type(r)}"]}`);
        const want = valueOf(expression, given);
        if (want === undefined) expect(error?.message).toContain('division by zero');
        else expect(result).toEqual([...Array<string>(4).fill(String(want)), 'integer']);
      }),
      { numRuns: 200 },
    );
  });

  it('compare as the integers they are', async () => {
    await fc.assert(
      fc.asyncProperty(short, short, variables, async (left, right, given) => {
        const a = valueOf(left, given);
        const b = valueOf(right, given);
        fc.pre(a !== undefined && b !== undefined);
        const sides = [textOf(left), textOf(right)] as const;
        const { result } = await execute(`
${start(given)}
- out:
    return:
${['<', '<=', '>', '>=', '==', '!='].map((operator) => `    - \${${sides.join(` ${operator} `)}}`).join('\n')}`);
        expect(result).toEqual([a < b, a <= b, a > b, a >= b, a === b, a !== b]);
      }),
      { numRuns: 100 },
    );
  });

  it('count on over the border where numbers end', async () => {
    const { result } = await execute(`
- i: {assign: [{l: []}, {n: 9007199254740989}]}
- up: {for: {value: v, range: ["\${n}", 9007199254740993], steps: [{a: {assign: [{l: "\${list.concat(l, string(v - n) + string(v))}"}]}}]}}
- out: {return: "\${l}"}`);
    expect(result).toEqual([
      '09007199254740989',
      '19007199254740990',
      '29007199254740991',
      '39007199254740992',
      '49007199254740993',
    ]);
  });
});

/** Anything a variable may hold; undefined: it is never assigned. */
const operand = fc.constantFrom(
  ...['1', '-7', '9007199254740991', '2.5', '0', '0.0', '"s"', 'true', 'null', '[1]', '{"k": 1}'],
  undefined,
);
const operator = fc.constantFrom('+', '-', '*', '//', '%', '<', '<=', '>', '>=', '==', '!=');

const assigned = (name: string, text: string | undefined): string =>
  text === undefined ? '{assign: [{other: 0}]}' : `{assign: [{${name}: '\${${text}}'}]}`;

/** A step that leaves in `name` what the expression gives, or the message of its error. */
const outcome = (name: string, expression: string): string => `
- ${name}:
    try: {steps: [{${name}_s: {assign: [{${name}: "\${${expression}}"}]}}]}
    except: {as: e, steps: [{${name}_e: {assign: [{${name}: "\${e.message}"}]}}]}`;

describe('an operator on two variables', () => {
  it('gives the value or the error it gives on the same values from elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(operand, operand, operator, async (left, right, sign) => {
        const { result, error } = await execute(`
- v: ${assigned('a', left)}
- w: ${assigned('b', right)}
${outcome('x', `a ${sign} b`)}
${outcome('y', `[a][0] ${sign} [b][0]`)}
- out: {return: [["\${x}", "\${get_type(x)}"], ["\${y}", "\${get_type(y)}"]]}
- never: {assign: [{a: 0}, {b: 0}]}`);
        expect(error).toBeUndefined();
        const [one, other] = result as [unknown, unknown];
        expect(one).toEqual(other);
      }),
      { numRuns: 200 },
    );
  });
});
