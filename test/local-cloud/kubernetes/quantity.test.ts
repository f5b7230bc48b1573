import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalQuantity } from '../../../local-cloud/kubernetes/quantity.ts';

const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

function valueOf(printed: string): number {
  const [, number = '', suffix = ''] = /^(\d+)(\D*)$/.exec(printed) ?? [];
  return Number(number) * FACTORS[suffix]!;
}

describe('canonicalQuantity', () => {
  it.each([
    ['1000m', '1'],
    ['0.5', '500m'],
    ['1500m', '1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['2000000Ki', '2000000Ki'],
    ['1G', '1G'],
    ['30.0', '30'],
    ['0', '0'],
    ['0.5Ki', '512'],
    ['0.1Gi', '107374182400m'],
    ['1e3', '1e3'],
    ['1000k', '1M'],
    ['0.0000000001', '1n'],
    ['-2000m', '-2'],
    [8, '8'],
  ])('%s is printed as %s', (given, want) => {
    expect(canonicalQuantity(given)).toBe(want);
  });

  it.each(['', '1 Gi', 'one', '1Zi', '1.2.3'])('refuses %j', (text) => {
    expect(() => canonicalQuantity(text)).toThrow('quantities must match');
  });

  it('keeps the value and needs printing only once', () => {
    const suffixes = fc.constantFrom(...Object.keys(FACTORS));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), suffixes, (number, suffix) => {
        const printed = canonicalQuantity(`${number}${suffix}`);
        expect(canonicalQuantity(printed)).toBe(printed);
        expect(valueOf(printed) / (number * FACTORS[suffix]!)).toBeCloseTo(1, 9);
      }),
    );
  });
});
