/** What a platform settles for all its tenants about acting: rules before the table, and how long orders may last. */
import type { PolicyRule } from './table.ts';

/** Orders that end by themselves, and how long each may last at most, in milliseconds. */
export interface Longest {
  readonly pause: number;
  readonly exception: number;
  readonly approval: number;
  readonly breakGlass: number;
}

export interface PolicySettings {
  readonly rules: readonly PolicyRule[];
  readonly longest: Longest;
}

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

export const DEFAULT_POLICY: PolicySettings = {
  rules: [],
  longest: { pause: 14 * DAY, exception: 90 * DAY, approval: DAY, breakGlass: DAY },
};

/** How long an approval lasts when nobody says. */
export const USUAL_APPROVAL_MS = 4 * HOUR;
