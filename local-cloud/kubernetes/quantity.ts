/**
 * Canonical spelling of resource quantities, as apimachinery's `resource.Quantity` prints them: the largest suffix
 * that needs no fraction, in the family (decimal, binary, exponent) the quantity was written in.
 */

const NANO = 1_000_000_000n;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const PATTERN = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+|[KMGTPE]i|[numkMGTPE])?$/;

type Family = 'decimal' | 'binary' | 'exponent';

interface Quantity {
  /** Billionths: the finest a quantity can say. */
  readonly nanos: bigint;
  readonly family: Family;
}

/** Throws with the API server's own sentence when `text` is no quantity. */
export function canonicalQuantity(text: string | number): string {
  return print(parse(String(text)));
}

function parse(text: string): Quantity {
  const found = PATTERN.exec(text);
  if (!found) {
    throw new Error(`quantities must match the regular expression '${PATTERN.source}'`);
  }
  const [, sign, digits = '', suffix = ''] = found;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0');
  const { numerator, denominator, family } = scaleOf(suffix);
  // Finer than a billionth rounds away from zero, so that a tiny request never becomes none.
  const below = denominator * 10n ** BigInt(fraction.length);
  const nanos = (mantissa * numerator * NANO + below - 1n) / below;
  return { nanos: sign === '-' ? -nanos : nanos, family };
}

function scaleOf(suffix: string): { numerator: bigint; denominator: bigint; family: Family } {
  if (/^[eE][+-]?\d/.test(suffix)) return { ...power(Number(suffix.slice(1))), family: 'exponent' };
  const binary = (BINARY as readonly string[]).indexOf(suffix);
  if (binary > 0) return { numerator: 1024n ** BigInt(binary), denominator: 1n, family: 'binary' };
  return { ...power(((DECIMAL as readonly string[]).indexOf(suffix) - 3) * 3), family: 'decimal' };
}

const power = (exponent: number): { numerator: bigint; denominator: bigint } =>
  exponent >= 0
    ? { numerator: 10n ** BigInt(exponent), denominator: 1n }
    : { numerator: 1n, denominator: 10n ** BigInt(-exponent) };

function print({ nanos, family }: Quantity): string {
  if (nanos === 0n) return '0';
  // A small or fractional binary quantity would lose precision, so it is printed as a decimal one.
  const small = nanos > -1024n * NANO && nanos < 1024n * NANO;
  if (family === 'binary' && !small && nanos % NANO === 0n) {
    const [mantissa, steps] = divide(nanos / NANO, 1024n, BINARY.length - 1);
    return `${mantissa}${BINARY[steps] ?? ''}`;
  }
  const [mantissa, steps] = divide(nanos, 1000n, DECIMAL.length - 1);
  if (family !== 'exponent') return `${mantissa}${DECIMAL[steps] ?? ''}`;
  return steps === 3 ? `${mantissa}` : `${mantissa}e${(steps - 3) * 3}`;
}

/** How often `value` divides by `base` without a rest, at most `limit` times. */
function divide(value: bigint, base: bigint, limit: number): [bigint, number] {
  let steps = 0;
  while (steps < limit && value % base === 0n) {
    value /= base;
    steps += 1;
  }
  return [value, steps];
}
