/**
 * Sums and comparisons of small integers. An integer of the language is a bigint, which costs memory and time each time
 * one is made; while everything in an expression is safe as a JavaScript number, the same sums are done with numbers.
 * Whatever does not fit in here is left to the general code, which then says what it is or what is wrong with it.
 */
import type { BinaryOperator, Expression } from '../lang/program.ts';
import type { StaticScope } from '../lang/scope.ts';
import type { Code } from './code.ts';
import type { Frame } from './frame.ts';

/**
 * The integer an expression gives; NaN when it gives none that is small, or when any part of it is not small. It reads
 * variables and does nothing else, so that the general code can begin anew.
 */
export type Small = (frame: Frame) => number;

const SUMS = new Set<BinaryOperator>(['+', '-', '*', '%', '//']);
const COMPARISONS = new Set<BinaryOperator>(['<', '<=', '>', '>=', '==', '!=']);

/** The number, if it is the same integer in both worlds. */
function safe(result: number): number {
  return Number.isSafeInteger(result) ? result : NaN;
}

/** An operand: read by branches where it is a literal or a variable, because a call would cost more than the sum. */
class Operand {
  readonly #constant: number;
  readonly #inner: Small | undefined;
  readonly #depth: number;
  /** Negative: no variable. */
  readonly #slot: number;

  constructor(constant: number, inner: Small | undefined, depth: number, slot: number) {
    this.#constant = constant;
    this.#inner = inner;
    this.#depth = depth;
    this.#slot = slot;
  }

  of(frame: Frame): number {
    if (this.#slot >= 0) return frame.scope.up(this.#depth).integer(this.#slot);
    return this.#inner === undefined ? this.#constant : this.#inner(frame);
  }
}

/** Undefined for what can never be a small integer. */
function operand(expression: Expression, scope: StaticScope): Operand | undefined {
  if (expression.kind === 'literal') {
    const constant = typeof expression.value === 'bigint' ? safe(Number(expression.value)) : NaN;
    return Number.isNaN(constant) ? undefined : new Operand(constant, undefined, 0, -1);
  }
  if (expression.kind === 'name') {
    const location = scope.find(expression.name);
    return location && new Operand(NaN, undefined, location.depth, location.slot);
  }
  const inner = compileSmall(expression, scope);
  return inner && new Operand(NaN, inner, 0, -1);
}

/** Undefined for every expression but sums of literals and variables. */
export function compileSmall(expression: Expression, scope: StaticScope): Small | undefined {
  if (expression.kind !== 'binary' || !SUMS.has(expression.operator)) return undefined;
  const { operator } = expression;
  const left = operand(expression.left, scope);
  const right = operand(expression.right, scope);
  return left === undefined || right === undefined ? undefined : sum(operator, left, right);
}

function sum(operator: BinaryOperator, left: Operand, right: Operand): Small {
  return (frame) => {
    const a = left.of(frame);
    const b = right.of(frame);
    switch (operator) {
      case '+':
        return safe(a + b);
      case '-':
        return safe(a - b);
      case '*':
        return safe(a * b);
      case '%':
        return remainder(a, b);
      default:
        // `//`. No quotient of such numbers is so near below an integer that it would be rounded up to it.
        return safe(Math.floor(a / b));
    }
  };
}

/** With the sign of `b`. Like every division by zero it is no number, and the general code says so. */
function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

/** A comparison of small integers; `general` answers when a side is none. Undefined for everything else. */
export function compileComparison(
  { operator, left, right }: Expression & { kind: 'binary' },
  scope: StaticScope,
  general: Code,
): Code | undefined {
  if (!COMPARISONS.has(operator)) return undefined;
  const one = operand(left, scope);
  const other = operand(right, scope);
  return one === undefined || other === undefined ? undefined : comparison(operator, one, other, general);
}

function comparison(operator: BinaryOperator, left: Operand, right: Operand, general: Code): Code {
  return (frame) => {
    const a = left.of(frame);
    const b = right.of(frame);
    if (Number.isNaN(a) || Number.isNaN(b)) return general(frame);
    switch (operator) {
      case '<':
        return a < b;
      case '<=':
        return a <= b;
      case '>':
        return a > b;
      case '>=':
        return a >= b;
      case '==':
        return a === b;
      default:
        return a !== b;
    }
  };
}
