/** Tables of the language: each row names a fact, a workflow that shows it, and its result or the tag of its error. */
import { describe, expect, it } from 'vitest';
import { execute, tagOf } from './host.ts';

export interface Row {
  readonly fact: string;
  readonly source: string;
  readonly argument?: unknown;
  readonly result?: unknown;
  readonly tag?: string;
}

/** One test per row; sections are numbered as in the fact sheet the suite was written from. */
export const hold = (sections: readonly (readonly [section: string, rows: readonly Row[]])[]): void =>
  describe.each(sections)('%s', (_section, rows) => {
    it.each(rows)('$fact', async ({ source, argument, result, tag }) => {
      if (tag === undefined) expect((await execute(source, argument ?? null)).result).toEqual(result);
      else expect(await tagOf(execute(source, argument ?? null))).toBe(tag);
    });
  });
