/**
 * A stored report worked out once more from what it holds: the verdicts from the findings, the counts from the rows.
 * What does not come out the same was made by other rules, or was changed since. Pure.
 */
import type { RunReport, TenantReport } from './model.ts';
import { verdictOf } from './verdict.ts';
import { VERDICT_WORDS, countByClass } from './report/words.ts';

/** In words, one for each place where a report says something else than what it holds; none is how it should be. */
export function contradictions(report: RunReport): string[] {
  return [...report.tenants.flatMap(verdictAgain), ...countsAgain(report)];
}

/** What a row cannot tell is taken from it: that its record could not be used, and that a run was under way. */
function verdictAgain({
  name,
  verdict,
  status,
  paused,
  appliedGeneration,
  findings,
}: TenantReport): string[] {
  const again = verdictOf({
    invalid: verdict === 'invalid',
    inFlight: verdict === 'in-progress',
    status,
    paused: paused !== null,
    everApplied: appliedGeneration !== null,
    findings,
  });
  return again === verdict
    ? []
    : [`${name} is told as ${VERDICT_WORDS[verdict]}; its findings make it ${VERDICT_WORDS[again]}`];
}

/** Quiet tenants of a large fleet have no row, so of verdicts there may be more than rows, never fewer. */
function countsAgain({ tenants, summary }: RunReport): string[] {
  const listed = Map.groupBy(tenants, ({ verdict }) => verdict);
  const found = countByClass(tenants.flatMap(({ findings }) => findings));
  const sum = (of: (tenant: TenantReport) => number): number =>
    tenants.reduce((total, tenant) => total + of(tenant), 0);
  const counts: readonly (readonly [string, number, number])[] = [
    ...Object.entries({ ...summary.findings, ...found }).map(
      ([name]) => [`${name} findings`, numberIn(summary.findings, name), numberIn(found, name)] as const,
    ),
    ['held actions', summary.held, sum(({ held }) => held.length)],
    [
      'excepted findings',
      summary.excepted,
      sum(({ findings }) => findings.filter(({ excepted }) => excepted !== null).length),
    ],
  ];
  return [
    ...[...listed].flatMap(([verdict, rows]) =>
      (summary.verdicts[verdict] ?? 0) < rows.length
        ? [
            `${summary.verdicts[verdict] ?? 0} tenants are counted as ${VERDICT_WORDS[verdict]}; ${rows.length} are listed`,
          ]
        : [],
    ),
    ...counts.flatMap(([what, said, held]) =>
      said === held ? [] : [`${said} ${what} are counted; it holds ${held}`],
    ),
  ];
}

const numberIn = (counts: Readonly<Partial<Record<string, number>>>, name: string): number =>
  counts[name] ?? 0;
