/** Compares values of the language: whole, or only what is asked for, and says where they differ. */
import { printable } from '../run/json.ts';
import { equal, isList, isMap, type Value } from '../run/values.ts';

export interface Difference {
  /** `result.items[2].name` */
  readonly at: string;
  readonly want: string;
  readonly have: string;
}

const ABSENT = '(nothing)';

/** Where `have` is not `want`. With `partly`, maps in `have` may hold more. */
export function differences(want: Value, have: Value, at: string, partly = false): Difference[] {
  if (isMap(want) && isMap(have)) {
    const keys = new Set([...want.keys(), ...(partly ? [] : have.keys())]);
    return [...keys].flatMap((key) => {
      const place = `${at}.${key}`;
      const [wanted, had] = [want.get(key), have.get(key)];
      if (wanted === undefined) return [{ at: place, want: ABSENT, have: printable(had ?? null) }];
      if (had === undefined) return [{ at: place, want: printable(wanted), have: ABSENT }];
      return differences(wanted, had, place, partly);
    });
  }
  if (isList(want) && isList(have)) {
    return Array.from({ length: Math.max(want.length, have.length) }).flatMap((_item, i) => {
      const place = `${at}[${i}]`;
      const [wanted, had] = [want[i], have[i]];
      if (wanted === undefined) return [{ at: place, want: ABSENT, have: printable(had ?? null) }];
      if (had === undefined) return [{ at: place, want: printable(wanted), have: ABSENT }];
      return differences(wanted, had, place, partly);
    });
  }
  return equal(want, have) ? [] : [{ at, want: printable(want), have: printable(have) }];
}

/** Whether `have` holds everything `want` names. */
export const includes = (want: Value, have: Value): boolean => differences(want, have, '', true).length === 0;
