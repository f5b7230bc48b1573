/** Small helpers for tables of translation rules. */
import type { Rules } from '../mapping.ts';

/** The same rules for arguments that stand inside `block`. */
export const under = (block: string, rules: Rules): Rules =>
  Object.fromEntries(Object.entries(rules).map(([path, rule]) => [`${block}.${path}`, rule]));
