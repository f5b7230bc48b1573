/** Which value of each rollable field how many tenants want, and how many run. Pure. */
import type { Tenant } from '../desired-state/tenant.ts';
import type { Json } from './model.ts';
import { ROLLABLE, fieldOf } from './rollable.ts';

export interface SkewTenant {
  readonly name: string;
  /** As the record asks for it; null where it does not parse. */
  readonly want: Tenant | null;
  /** As it was last applied in full; null where it never was. */
  readonly applied: Tenant | null;
}

export interface SkewRow {
  readonly field: string;
  readonly value: string;
  /** Names, in order. */
  readonly want: readonly string[];
  readonly applied: readonly string[];
}

/** By field in the order of the list, then by how many run it, most first. */
export function skewOf(tenants: readonly SkewTenant[]): SkewRow[] {
  return ROLLABLE.flatMap(({ field }) => {
    const rows = new Map<string, { want: string[]; applied: string[] }>();
    for (const { name, ...sides } of tenants) {
      for (const side of ['want', 'applied'] as const) {
        const value = fieldOf(sides[side] as unknown as Json, field);
        if (value === undefined) continue;
        const row = rows.get(value) ?? { want: [], applied: [] };
        row[side].push(name);
        rows.set(value, row);
      }
    }
    return [...rows]
      .map(([value, row]) => ({ field, value, ...row }))
      .sort((one, other) => other.applied.length - one.applied.length || (one.value < other.value ? -1 : 1));
  });
}
