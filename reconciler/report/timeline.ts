/** What happened to a tenant, in order: runs, changes, orders, as far as a report and those before it know. */
import type { RunReport, TenantReport } from '../model.ts';
import type { History } from './trend.ts';
import { VERDICT_WORDS, plural, shortTime } from './words.ts';

export interface Event {
  /** RFC 3339. */
  readonly at: string;
  readonly what: string;
}

const MOST_EVENTS = 12;

/** The verdicts of earlier passes, by tenant, oldest first. */
export type Verdicts = ReadonlyMap<string, readonly Event[]>;

/** Only where a verdict changed: a pass that saw the same again is no event. */
export function verdictsOf(history: History): Verdicts {
  const events = new Map<string, Event[]>();
  for (const { run, tenants } of history) {
    for (const { name, verdict } of tenants) {
      const what = `a pass found it ${VERDICT_WORDS[verdict]}`;
      const own = events.get(name) ?? [];
      if (own.at(-1)?.what !== what) own.push({ at: run.finishedAt, what });
      events.set(name, own);
    }
  }
  return events;
}

/** Oldest first; the newest ones where there are many. */
export function timelineOf(tenant: TenantReport, { run }: RunReport, verdicts: Verdicts): Event[] {
  const seen = Map.groupBy(tenant.findings, ({ since }) => since);
  const events: Event[] = [
    ...(verdicts.get(tenant.name) ?? []),
    ...[...seen].map(([at, found]) => ({ at, what: `${plural(found.length, 'finding')} first seen` })),
    ...tenant.findings.flatMap(({ attribution, resource }) =>
      attribution?.found === true
        ? [{ at: attribution.when, what: `${attribution.who} changed ${resource}` }]
        : [],
    ),
    ...(tenant.paused === null ? [] : [{ at: tenant.paused.since, what: `paused by ${tenant.paused.by}` }]),
    ...(tenant.breakGlass === null
      ? []
      : [{ at: tenant.breakGlass.since, what: `glass broken by ${tenant.breakGlass.by}` }]),
    ...(tenant.health === null
      ? []
      : [{ at: tenant.health.checkedAt, what: `endpoint checked: ${tenant.health.reason}` }]),
    ...tenant.actions.map(({ flow, execution }) => ({
      at: run.finishedAt,
      what: `${flow} ${execution === null ? 'planned' : 'launched'}`,
    })),
    { at: run.finishedAt, what: `this pass: ${VERDICT_WORDS[tenant.verdict]}` },
  ];
  return events
    .toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
    .slice(-MOST_EVENTS)
    .map(({ at, what }) => ({ at: shortTime(at), what: shortTime(what) }));
}
