/** How counts have moved over the passes before this one: the numbers behind the lines, and the same in words. */
import type { FindingClass, RunReport } from '../model.ts';
import { CLASSES, shortTime } from './words.ts';

/** Earlier reports, newest first, as the store lists them. */
export type History = readonly RunReport[];

export interface Point {
  readonly run: string;
  /** RFC 3339. */
  readonly at: string;
  readonly inSync: number;
  readonly findings: Readonly<Partial<Record<FindingClass, number>>>;
}

/**
 * Oldest first, this report last. Only passes over the same share of the fleet are comparable: a pass over tenants
 * that people named, or of another shard, says nothing about how the fleet moved.
 */
export function trendOf(report: RunReport, history: History): Point[] {
  return [...comparable(report, history), report].map(({ run, summary }) => ({
    run: run.id,
    at: run.finishedAt,
    inSync: summary.verdicts['in-sync'] ?? 0,
    findings: summary.findings,
  }));
}

/** Oldest first: those that ended before this one began, over the same share. */
export function comparable(report: RunReport, history: History): RunReport[] {
  const { shard } = report.run;
  const isWhole = ({ fleet }: RunReport): boolean => fleet.census.complete;
  return history
    .filter(
      (earlier) =>
        earlier.run.id !== report.run.id &&
        earlier.run.startedAt < report.run.startedAt &&
        earlier.run.shard.index === shard.index &&
        earlier.run.shard.count === shard.count &&
        isWhole(earlier) === isWhole(report) &&
        (isWhole(report) || sameTenants(earlier, report)),
    )
    .toSorted((one, other) => (one.run.startedAt < other.run.startedAt ? -1 : 1));
}

const sameTenants = (one: RunReport, other: RunReport): boolean =>
  one.tenants.length === other.tenants.length &&
  one.tenants.every(({ name }, index) => name === other.tenants[index]?.name);

/** `Since 2026-… (8 passes): missing 3 → 1, changed 0 → 2; others as before.`; null without an earlier pass. */
export function trendLine(report: RunReport, history: History): string | null {
  const points = trendOf(report, history);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return null;
  const moved = CLASSES.flatMap((name) => {
    const [before, now] = [first.findings[name] ?? 0, last.findings[name] ?? 0];
    return before === now ? [] : [`${name} ${before} → ${now}`];
  });
  return `Since ${shortTime(first.at)} (${points.length} passes): ${moved.join(', ') || 'the same counts'}.`;
}
