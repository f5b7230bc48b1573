/** Kubernetes quantities in one spelling, so that `1000m` and `1` are never a difference. */

const NANOS = 10n ** 9n;

/** Billionths per unit (k8s.io/apimachinery/pkg/api/resource: the suffixes it parses). */
const FACTORS: ReadonlyMap<string, bigint> = new Map([
  ['n', 1n],
  ['u', 10n ** 3n],
  ['m', 10n ** 6n],
  ['', NANOS],
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((unit, at) => [unit, NANOS * 1000n ** BigInt(at + 1)] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((unit, at) => [unit, NANOS * 1024n ** BigInt(at + 1)] as const),
]);

const QUANTITY =
  /^([+-]?)(\d+\.?\d{0,18}|\.\d{1,18})(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d{1,2})?$/;

/** A number of billionths as text; what does not parse comes back as it is, so that it still compares. */
export function canonicalQuantity(text: string): string {
  const [, sign, number = '', unit = ''] = QUANTITY.exec(text) ?? [];
  if (sign === undefined) return text;
  const exponent = FACTORS.has(unit) ? 0 : Number(unit.slice(1));
  const [whole = '', fraction = ''] = number.split('.');
  const amount =
    BigInt(whole + fraction) * (FACTORS.get(unit) ?? NANOS) * 10n ** BigInt(Math.max(exponent, 0));
  const scale = 10n ** BigInt(fraction.length + Math.max(-exponent, 0));
  // Kubernetes rounds up to the smallest unit it keeps.
  const nanos = (amount + scale - 1n) / scale;
  return `${sign === '-' && nanos !== 0n ? '-' : ''}${nanos}n`;
}
