/** When two spellings of one value are the same to the service, so that a difference between them is no change. */
import { isEmpty, type Value } from './values.ts';

/**
 * `resource`: a self link, a relative name and a bare name may name one resource. `project`: with or without
 * `projects/`. `empty-or-default`: not given, and the API's word for "unspecified". `duration`: `1d` is `86400s`.
 */
export type Comparison = 'resource' | 'project' | 'ignoring-case' | 'empty-or-default' | 'duration';

/** Are `want` and `have` the same value in two spellings? Both are known and not null. */
export function sameValue(comparison: Comparison, want: Value, have: Value): boolean {
  if (comparison === 'empty-or-default') return unspecified(want) && unspecified(have);
  if (typeof want !== 'string' || typeof have !== 'string') return false;
  switch (comparison) {
    case 'resource':
      return sameResource(want, have);
    case 'project':
      return want.replace(/^projects\//, '') === have.replace(/^projects\//, '');
    case 'ignoring-case':
      return want.toLowerCase() === have.toLowerCase();
    case 'duration':
      return seconds(want) !== undefined && seconds(want) === seconds(have);
  }
}

const unspecified = (value: Value): boolean =>
  isEmpty(value) ||
  (typeof value === 'string' && /(^|_)(UNSPECIFIED|DEFAULT|DISABLED|LEGACY_DATAPATH)$/.test(value));

/** Compares the relative names when both have one, else the last segment. */
function sameResource(want: string, have: string): boolean {
  const [a, b] = [relativeName(want), relativeName(have)];
  return a.includes('/') && b.includes('/') ? a === b : lastSegment(a) === lastSegment(b);
}

/** `https://www.googleapis.com/compute/v1/projects/p/…` → `projects/p/…`; other spellings stay as they are. */
export function relativeName(link: string): string {
  const at = link.indexOf('projects/');
  return at > 0 ? link.slice(at) : link;
}

export const lastSegment = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

function seconds(duration: string): number | undefined {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([dhms])/g)];
  if (parts.map(([part]) => part).join('') !== duration || parts.length === 0) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
}
