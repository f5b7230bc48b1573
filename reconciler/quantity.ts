/** Kubernetes quantities in one spelling, so that `1000m` and `1` are never a difference. */

const FACTORS: Readonly<Record<string, bigint>> = {
  m: 1n,
  '': 1000n,
  k: 1000n ** 2n,
  M: 1000n ** 3n,
  G: 1000n ** 4n,
  T: 1000n ** 5n,
  Ki: 1000n * 1024n,
  Mi: 1000n * 1024n ** 2n,
  Gi: 1000n * 1024n ** 3n,
  Ti: 1000n * 1024n ** 4n,
};

/** A number of thousandths as text; what does not parse comes back as it is, so that it still compares. */
export function canonicalQuantity(text: string): string {
  const match = /^(\d+)(?:\.(\d{1,9}))?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(text);
  if (!match) return text;
  const [, whole = '0', fraction = '', unit = ''] = match;
  const factor = FACTORS[unit];
  if (factor === undefined) return text;
  const scale = 10n ** BigInt(fraction.length);
  // Kubernetes rounds up to the smallest unit it keeps.
  const thousandths = (BigInt(whole + fraction) * factor + scale - 1n) / scale;
  return `${thousandths}m`;
}
