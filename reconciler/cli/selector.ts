/** Tenants by their labels, as kubectl selects: `tier=gold,region=eu`. */
import { UsageError } from './failure.ts';

export interface SelectorFlags {
  readonly selector?: string;
  readonly all: boolean;
}

const PAIR = /^([a-z](?:[-_a-z0-9]{0,61}[a-z0-9])?)=([-_a-z0-9]{0,63})$/;

/** Labels that must all fit; empty only with `--all`: an empty selector must not mean everybody. */
export function selectorOf({ selector, all }: SelectorFlags): Record<string, string> {
  if (all && selector !== undefined)
    throw new UsageError('both --selector and --all are given; say one of the two');
  if (selector === undefined) {
    if (all) return {};
    throw new UsageError('say which tenants: -l tier=gold, or --all for the whole fleet');
  }
  const pairs = selector.split(',').map((part) => PAIR.exec(part.trim()));
  const labels: Record<string, string> = {};
  for (const pair of pairs) {
    const [, key = '', value = ''] = pair ?? [];
    if (pair === null) throw new UsageError(`-l ${selector}: use label=value, several with commas between`);
    if (Object.hasOwn(labels, key)) throw new UsageError(`-l ${selector}: ${key} is given twice`);
    labels[key] = value;
  }
  return labels;
}

export const selectorText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',') || 'all tenants';
