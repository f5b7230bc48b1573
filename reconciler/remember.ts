/** What a pass leaves behind: a run row and findings where it has found anything new, and its mark in the pass log. */
import type { Looked } from './look.ts';
import { describe } from './error-text.ts';
import type { RunReport } from './model.ts';
import type { Pass } from './passes.ts';
import type { PassMark, Ports } from './ports.ts';

export interface Outcome {
  readonly report: RunReport;
  readonly looked: Looked;
  readonly pass: Pass;
  readonly swept: PassMark['sweep'];
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

/** Writes no row at all when nothing is new. Throws only what the store throws. */
export async function remember(
  { store }: Ports,
  { report, looked, pass, swept, now }: Outcome,
  onProblem: (message: string) => void,
): Promise<void> {
  const { saved, unchanged, stale, opened, resolved } = looked;
  // Later stages have told more of some: what was launched, and by whom a difference was made.
  const grown = report.tenants.flatMap((row) => {
    const before = saved.get(row.name);
    return before === undefined || before.report === row ? [] : [{ ...before, report: row }];
  });
  await store.saveObservations(grown);
  // Only when somebody was not got to does it matter who was looked at last: the others are first the next time.
  if (stale > 0) await store.touchObservations(unchanged, { pass: pass.number, lookedAt: now });
  const news = looked.news || stale > 0 || opened.length > 0 || resolved.length > 0 || pass.isFirst;
  if (news) await store.saveRun({ report, opened, resolved });
  try {
    await pass.end({ complete: stale === 0, news, sweep: swept });
  } catch (error) {
    onProblem(`the next pass will not know that this one has ended: ${describe(error)}`);
  }
}
