/** The breaker's thresholds: their names, their defaults, and what `breaker:` in plumbline.yaml may say of them. Pure. */
import { z } from 'zod';

/** Trips above the larger of the two: `atLeast` things, or `percent` of those there are. */
export interface Limit {
  readonly atLeast: number;
  readonly percent: number;
}

/** Switched off, with a person's reason. */
export interface Never {
  readonly never: string;
}

/** `times` more often than usual, on top. */
interface MissingLimit extends Limit {
  readonly times: number;
}

export interface BreakerLimits {
  /** Tenants with an action that replaces, removes or recreates. */
  readonly destructive: Limit | Never;
  /** Tenants with an action that puts drift right. */
  readonly changed: Limit | Never;
  /** Tenants that miss something they had. */
  readonly missing: MissingLimit | Never;
  /** Tenants for which one and the same source could not be read. */
  readonly unreadable: Limit | Never;
  /** Resources that are no longer there, against the last pass. */
  readonly observed: Limit | Never;
  /** Records that are no longer there, against the last pass. */
  readonly records: Limit | Never;
}

/**
 * Percentages as proposed for Plumbline beside what other systems ship (Okta's import safeguard stops at 20 %, Entra
 * Connect at 500 deletes, Karpenter at 10 % of nodes). The absolute floors keep small fleets usable: docs/decisions.md.
 */
export const DEFAULT_LIMITS = {
  destructive: { atLeast: 5, percent: 1 },
  changed: { atLeast: 20, percent: 10 },
  missing: { atLeast: 5, percent: 2, times: 3 },
  unreadable: { atLeast: 5, percent: 5 },
  // More than two whole tenants have: what two lose together is drift, what many lose is a doubtful look.
  observed: { atLeast: 40, percent: 5 },
  records: { atLeast: 5, percent: 5 },
} satisfies BreakerLimits;

/** Thresholds that nobody is guarded by, each with the reason somebody gave. */
export const switchedOff = (limits: BreakerLimits): { threshold: string; reason: string }[] =>
  (Object.keys(limits) as (keyof BreakerLimits)[]).flatMap((threshold) => {
    const limit = limits[threshold];
    return 'never' in limit ? [{ threshold, reason: limit.never }] : [];
  });

const never = z.strictObject({ never: z.string().trim().min(1, 'say why it is switched off') });

const count = z.int('use a whole number').min(0, 'use a number from 0');
const percent = z.number('use a number').min(0, 'use a number from 0').max(100, 'use a number up to 100');

const limitOf = (limit: Limit) =>
  z.strictObject({
    atLeast: count.default(limit.atLeast),
    percent: percent.default(limit.percent),
  });

/** One threshold. What is written is checked against the one form it is meant in, so that the message fits. */
function threshold<T extends Limit>(form: z.ZodType<T>) {
  return z.unknown().transform((written, context): T | Never => {
    const schema: z.ZodType<T | Never> =
      typeof written === 'object' && written !== null && 'never' in written ? never : form;
    const parsed = schema.safeParse(written);
    if (parsed.success) return parsed.data;
    for (const { message, path } of parsed.error.issues) {
      context.addIssue({
        code: 'custom',
        path,
        message: path.length > 0 || typeof written === 'object' ? message : HINT,
      });
    }
    return z.NEVER;
  });
}

const HINT = 'use { atLeast: NUMBER, percent: NUMBER }, or { never: "WHY" } to switch it off';

const simple = (name: Exclude<keyof BreakerLimits, 'missing'>) => {
  const limit = DEFAULT_LIMITS[name];
  return threshold(limitOf(limit)).default(limit);
};

/** `breaker:` in plumbline.yaml; what is left out keeps its default. */
export const breakerSchema = z
  .strictObject({
    destructive: simple('destructive'),
    changed: simple('changed'),
    missing: threshold(
      limitOf(DEFAULT_LIMITS.missing).extend({
        times: z.number('use a number').min(1, 'use a number from 1').default(3),
      }),
    ).default(DEFAULT_LIMITS.missing),
    unreadable: simple('unreadable'),
    observed: simple('observed'),
    records: simple('records'),
  })
  .default(DEFAULT_LIMITS);
