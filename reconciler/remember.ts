/** What a pass leaves behind: a run row and findings where it has found anything new, and its mark in the pass log. */
import { describe } from './error-text.ts';
import type { Looked } from './look.ts';
import type { Marks } from './mark.ts';
import type { RunReport } from './model.ts';
import type { Pass } from './passes.ts';
import type { Telling } from './notify/message.ts';
import type { PassMark, Ports } from './ports.ts';
import { lookedOf } from './run-record.ts';

export interface Outcome {
  readonly report: RunReport;
  readonly looked: Looked;
  readonly marks: Marks;
  readonly pass: Pass;
  /** Tenants that were named; null: the whole share was asked for. */
  readonly only: readonly string[] | null;
  readonly swept: PassMark['sweep'];
  /** What people are told because of it. */
  readonly tellings: readonly Telling[];
  /** The report is to be written to a bucket as well. */
  readonly toWrite: boolean;
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

/** Writes no row at all when nothing is new. Throws only what the store throws. */
export async function remember(
  { store }: Ports,
  { report, looked, marks, pass, only, swept, tellings, toWrite, now }: Outcome,
  onProblem: (message: string) => void,
): Promise<void> {
  const { saved, unchanged, stale, changes } = looked;
  // Later stages have told more of some: what was launched, and by whom a difference was made.
  const grown = report.tenants.flatMap((row) => {
    const before = saved.get(row.name);
    return before === undefined || before.report === row ? [] : [{ ...before, report: row }];
  });
  await store.saveObservations(grown);
  // Only when somebody was not got to does it matter who was looked at last: the others are first the next time.
  if (stale > 0) await store.touchObservations(unchanged, { pass: pass.number, lookedAt: now });
  const news = looked.news || stale > 0 || changes.size > 0 || tellings.length > 0 || pass.isFirst;
  if (news) {
    const all = [...changes.values()];
    await store.saveRun({
      report,
      opened: all.flatMap(({ opened }) => opened),
      resolved: all.flatMap(({ resolved }) => resolved),
      history: all.flatMap(({ history }) => history),
      looked: lookedOf(report, only),
      tellings,
      toWrite,
    });
  }
  await marks.leave(store);
  try {
    await pass.end({ complete: stale === 0, news, sweep: swept });
  } catch (error) {
    onProblem(`the next pass will not know that this one has ended: ${describe(error)}`);
  }
}
