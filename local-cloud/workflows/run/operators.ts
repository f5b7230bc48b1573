/**
 * What the operators do with each pair of types. `+` follows the documented conversion table; for the others only
 * "a double on either side gives a double" is known, and everything else is refused (assumed: with a TypeError).
 */
import type { BinaryOperator, UnaryOperator } from '../lang/program.ts';
import { systemError, typeError } from './errors.ts';
import { fitting } from './memory.ts';
import { equal, isList, isMap, typeOf, type Value } from './values.ts';

/** Assumed: arithmetic wraps at 64 bits, as in the language the service is written in. */
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Text of a number or boolean, as `string()` and `+` write it. Assumed for whole doubles: 5.0 is "5". */
export const textOf = (value: bigint | number | boolean): string => String(value);

const isNumber = (value: Value): value is bigint | number =>
  typeof value === 'bigint' || typeof value === 'number';

/**
 * The function of one operator, chosen once when the expression is compiled. Two integers, by far the commonest pair,
 * never reach the general rules.
 */
export function binaryOperator(operator: BinaryOperator): (left: Value, right: Value) => Value {
  switch (operator) {
    case '+':
      return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? wrap(a + b) : add(a, b));
    case '-':
      return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? wrap(a - b) : binary('-', a, b));
    case '<':
      return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? a < b : compare('<', a, b));
    case '<=':
      return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? a <= b : compare('<=', a, b));
    case '>':
      return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? a > b : compare('>', a, b));
    case '>=':
      return (a, b) => (typeof a === 'bigint' && typeof b === 'bigint' ? a >= b : compare('>=', a, b));
    case '==':
      return equal;
    case '!=':
      return (a, b) => !equal(a, b);
    default:
      return (a, b) => binary(operator, a, b);
  }
}

function binary(operator: BinaryOperator, left: Value, right: Value): Value {
  switch (operator) {
    case '+':
      return add(left, right);
    case '-':
    case '*':
    case '/':
    case '//':
    case '%':
      return arithmetic(operator, left, right);
    case '==':
      return equal(left, right);
    case '!=':
      return !equal(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    case 'in':
      return contains(left, right);
    case 'and':
    case 'or':
      return eager(operator, left, right);
  }
}

export function unary(operator: UnaryOperator, operand: Value): Value {
  if (operator === 'not') return !truth('not', operand);
  if (typeof operand === 'bigint') return wrap(-operand);
  if (typeof operand === 'number') return -operand;
  throw typeError(`unsupported operand type for unary -: '${typeOf(operand)}'`);
}

/** Assumed: `and` and `or` evaluate and check both sides; no documentation promises that they stop early. */
function eager(operator: 'and' | 'or', left: Value, right: Value): boolean {
  const a = truth(operator, left);
  const b = truth(operator, right);
  return operator === 'and' ? a && b : a || b;
}

function truth(operator: string, value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw typeError(`unsupported operand type for ${operator}: '${typeOf(value)}', expecting 'boolean'`);
}

const unsupported = (operator: string, left: Value, right: Value) =>
  typeError(`unsupported operand types for ${operator}: '${typeOf(left)}' and '${typeOf(right)}'`);

function add(left: Value, right: Value): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') return wrap(left + right);
  if (isNumber(left) && isNumber(right)) return Number(left) + Number(right);
  const a = joinable(left);
  const b = joinable(right);
  if (a !== undefined && b !== undefined && (typeof left === 'string' || typeof right === 'string'))
    return fitting(a + b);
  throw unsupported('+', left, right);
}

function joinable(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return isNumber(value) || typeof value === 'boolean' ? textOf(value) : undefined;
}

function arithmetic(operator: '-' | '*' | '/' | '//' | '%', left: Value, right: Value): Value {
  if (!isNumber(left) || !isNumber(right)) throw unsupported(operator, left, right);
  // Loose comparison: 0n and 0 are both zero.
  if (operator !== '-' && operator !== '*' && Number(right) === 0) {
    throw systemError('ZeroDivisionError', `division by zero: ${typeOf(left)} ${operator} ${typeOf(right)}`);
  }
  if (operator === '/') return Number(left) / Number(right);
  if (typeof left === 'bigint' && typeof right === 'bigint') return wrap(integers(operator, left, right));
  return doubles(operator, Number(left), Number(right));
}

type Kept = '-' | '*' | '//' | '%';

function integers(operator: Kept, left: bigint, right: bigint): bigint {
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  const remainder = left % right;
  const inexact = remainder !== 0n && remainder < 0n !== right < 0n;
  // Documented as floor division; `%` is assumed to go with it, so that (a // b) * b + a % b is a.
  if (operator === '//') return left / right - (inexact ? 1n : 0n);
  return inexact ? remainder + right : remainder;
}

function doubles(operator: Kept, left: number, right: number): number {
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  const quotient = Math.floor(left / right);
  return operator === '//' ? quotient : left - quotient * right;
}

/** Assumed: only numbers with numbers and strings with strings have an order; all else is a TypeError. */
function compare(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  const numbers = isNumber(left) && isNumber(right);
  const strings = typeof left === 'string' && typeof right === 'string';
  if (!numbers && !strings) throw unsupported(operator, left, right);
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function contains(needle: Value, haystack: Value): boolean {
  if (isList(haystack)) return haystack.some((item) => equal(item, needle));
  if (isMap(haystack)) {
    if (typeof needle === 'string') return haystack.has(needle);
    // Keys are text here; a number finds the key it would be written as in YAML.
    if (isNumber(needle)) return haystack.has(textOf(needle));
    throw typeError(`the key of a map must be a string; got: ${typeOf(needle)}`);
  }
  // The text is the service's own, from its documentation.
  throw typeError(`The argument of 'in' must be a dict or an array; got: ${typeOf(haystack)}`);
}
