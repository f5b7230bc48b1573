/**
 * What there is to tell after a pass: the findings of its rows against what people have been told, so that each is told
 * when it is new, when it gets worse and when it is gone, and never because a pass has run again. Equal findings of many
 * tenants are one message. Pure.
 */
import type { Directive } from '../../desired-state/store.ts';
import type { Breaker, Finding, FindingClass, Risk, RunReport, TenantReport } from '../model.ts';
import { masked } from '../report/sensitive.ts';
import type { ToldDetail, ToldEntry, ToldFinding } from './message.ts';

/** Stands for the fleet where a tenant's name would stand. */
export const FLEET_NAME = '*';

/** Mildest first. What cannot be read is a place of its own and compared with nothing. */
const CLASS_ORDER: readonly FindingClass[] = [
  'exception',
  'unreadable',
  'pending',
  'extra',
  'changed',
  'unhealthy',
  'missing',
];
const RISK_ORDER: readonly Risk[] = ['none', 'in-place', 'replace', 'stateful', 'one-way'];

type Labels = Readonly<Record<string, string>>;

/** One thing that is another than people were told. `after` null: it is gone. `before` null: nobody was told of it. */
export type Change =
  | {
      readonly kind: 'finding';
      readonly entry: Pick<ToldEntry, 'name' | 'place'>;
      readonly labels: Labels;
      readonly before: ToldFinding | null;
      readonly after: ToldFinding | null;
      /** Nobody is to hear of it, but it must be remembered: it is excepted now, or milder. */
      readonly silent: boolean;
    }
  | {
      readonly kind: 'breaker';
      readonly entry: Pick<ToldEntry, 'name' | 'place'>;
      readonly breaker: Pick<Breaker, 'tripped' | 'cause'>;
      readonly opened: boolean;
    }
  | {
      readonly kind: 'directive';
      readonly entry: Pick<ToldEntry, 'name' | 'place'>;
      readonly labels: Labels;
      readonly directive: Directive;
    }
  | {
      readonly kind: 'since';
      readonly entry: Pick<ToldEntry, 'name' | 'place'>;
      /** RFC 3339. */
      readonly at: string;
    };

export interface PassOutcome {
  readonly report: RunReport;
  /** Everybody this pass was to look at, whether or not the report lists them. */
  readonly names: ReadonlySet<string>;
  /** Null when people named the tenants: then nothing is said of the fleet. */
  readonly shard: { readonly index: number; readonly count: number } | null;
  readonly directives: readonly Directive[];
  readonly told: readonly ToldEntry[];
  /** Time of the pass (RFC 3339). */
  readonly now: string;
}

/** In the order of tenants; nothing of whom this pass could not look at. */
export function changesToTell(outcome: PassOutcome): Change[] {
  const known = Map.groupBy(
    outcome.told.filter(({ name }) => outcome.names.has(name)),
    ({ name }) => name,
  );
  const over = outcome.directives.filter((each) => hasRunOut(each, outcome.now));
  const ended = new Set(over.map(({ id }) => `exception/${id}`));
  const listed = new Map(outcome.report.tenants.map((row) => [row.name, row]));
  const unlisted = [...known].filter(([name]) => !listed.has(name));
  return [
    ...sinceChanges(outcome),
    ...outcome.report.tenants.flatMap((row) =>
      changesOfTenant({ row, report: outcome.report }, known.get(row.name) ?? [], ended),
    ),
    // Who is only counted has nothing that could be told, so everything that was is gone.
    ...unlisted.flatMap(([, entries]) => entries.flatMap(goneChange)),
    ...breakerChanges(outcome),
    ...directiveChanges(outcome, over, listed),
  ];
}

/** Before the first full apply everything is missing, and nobody wants to be told so; a stale row tells of another pass. */
const speaks = (row: TenantReport): boolean => row.appliedGeneration !== null && row.staleSince === null;

interface Seen {
  readonly row: TenantReport;
  readonly report: RunReport;
}

function changesOfTenant(
  { row, report }: Seen,
  told: readonly ToldEntry[],
  ended: ReadonlySet<string>,
): Change[] {
  if (!speaks(row)) return [];
  const before = new Map(told.map((entry) => [entry.place, entry]));
  const places = new Map<string, { worst: Finding; excepted: boolean }>();
  for (const finding of row.findings) {
    // That an exception has run out is told of the order itself.
    if (finding.class === 'exception' && ended.has(finding.resource)) continue;
    const place = placeOf(finding);
    const there = places.get(place);
    const excepted = finding.excepted !== null;
    if (there === undefined || (there.excepted && !excepted) || isWorse(finding, there.worst)) {
      places.set(place, { worst: finding, excepted: excepted && (there?.excepted ?? true) });
    }
  }
  const found = [...places].flatMap(([place, { worst, excepted }]) =>
    foundChange({ row, report }, { name: row.name, place }, { worst, excepted }, before.get(place)?.detail),
  );
  const gone = told.filter(
    ({ place, detail }) =>
      !places.has(place) && detail.kind === 'finding' && row.verdict !== 'invalid' && !isHidden(detail, row),
  );
  return [...found, ...gone.flatMap(goneChange)];
}

const placeOf = ({ class: kind, resource, field }: Finding): string =>
  `${kind === 'unreadable' ? 'unreadable ' : ''}${resource}${field === null ? '' : `:${field}`}`;

/** Where nobody could look, nobody can say that it is gone. */
const isHidden = ({ finding }: Extract<ToldDetail, { kind: 'finding' }>, row: TenantReport): boolean =>
  finding.class !== 'unreadable' &&
  row.findings.some((each) => each.class === 'unreadable' && each.resource === finding.resource);

function foundChange(
  { row, report }: Seen,
  entry: Pick<ToldEntry, 'name' | 'place'>,
  { worst, excepted }: { readonly worst: Finding; readonly excepted: boolean },
  detail: ToldDetail | undefined,
): Change[] {
  const before = detail?.kind === 'finding' ? detail.finding : null;
  const change = { kind: 'finding', entry, labels: row.labels, before } as const;
  // Forgotten without a word: when the exception ends, it is told as new.
  if (excepted) return before === null ? [] : [{ ...change, after: null, silent: true }];
  const after = toldOf(worst, { row, report });
  if (before === null) return [{ ...change, after, silent: false }];
  if (isWorse(after, before)) return [{ ...change, after, silent: false }];
  return isWorse(before, after) ? [{ ...change, after, silent: true }] : [];
}

const goneChange = ({ detail, ...entry }: ToldEntry): Change[] =>
  detail.kind === 'finding'
    ? [{ kind: 'finding', entry, labels: detail.labels, before: detail.finding, after: null, silent: false }]
    : [];

type Grave = Pick<Finding, 'class' | 'risk'> & { readonly contested: unknown };

/** A worse class, a graver risk, or somebody who keeps setting it back. */
function isWorse(now: Grave, before: Grave): boolean {
  const [a, b] = [CLASS_ORDER.indexOf(now.class), CLASS_ORDER.indexOf(before.class)];
  if (a !== b) return a > b;
  const [c, d] = [RISK_ORDER.indexOf(now.risk), RISK_ORDER.indexOf(before.risk)];
  if (c !== d) return c > d;
  return now.contested !== null && before.contested === null;
}

function toldOf(finding: Finding, { row, report }: Seen): ToldFinding {
  // Alone, so that a secret's stand-in does not hang on what else was found: equal findings stay equal.
  const alone = masked({ ...report, tenants: [{ ...row, findings: [finding] }] });
  const {
    class: found,
    plane,
    kind,
    resource,
    field,
    want,
    have,
    from,
    risk,
    message,
    since,
    ...past
  } = alone.tenants[0]?.findings[0] ?? finding;
  return {
    ...{ class: found, plane, kind, resource, field, want, have, from, risk, message, since },
    contested: past.contested?.opponent ?? null,
    by: past.attribution?.found === true ? past.attribution.who : null,
  };
}

function breakerChanges({ report, shard, told }: PassOutcome): Change[] {
  if (shard === null) return [];
  const entry = { name: FLEET_NAME, place: `breaker ${shard.index}/${shard.count}` };
  const before = told.find(({ name, place }) => name === entry.name && place === entry.place)?.detail;
  const was = before?.kind === 'breaker' ? before : null;
  const now = report.breaker;
  const breaker = now ?? was;
  if (breaker === null || (now !== null && was !== null)) return [];
  const { tripped, cause } = breaker;
  return [{ kind: 'breaker', entry, breaker: { tripped, cause }, opened: now !== null }];
}

const SINCE: Pick<ToldEntry, 'name' | 'place'> = { name: FLEET_NAME, place: 'since' };

const sinceOf = (told: readonly ToldEntry[]): string | undefined => {
  const detail = told.find(({ name, place }) => name === SINCE.name && place === SINCE.place)?.detail;
  return detail?.kind === 'since' ? detail.at : undefined;
};

/** The first pass with anybody to tell writes down when that was. */
const sinceChanges = ({ told, now }: PassOutcome): Change[] =>
  sinceOf(told) === undefined ? [{ kind: 'since', entry: SINCE, at: now }] : [];

/** Ended by time alone: neither taken back nor used up. */
function hasRunOut({ kind, endedAt, expiresAt, uses, detail }: Directive, now: string): boolean {
  if (kind === 'resume' || endedAt !== null || Date.parse(expiresAt) > Date.parse(now)) return false;
  if (kind === 'approval') return uses === 0;
  const launches = (detail as { readonly launches?: unknown } | null)?.launches;
  return kind !== 'override' || typeof launches !== 'number' || uses < launches;
}

/** What ran out before there was anybody to tell is no news. */
function directiveChanges(
  { names, shard, told, now }: PassOutcome,
  over: readonly Directive[],
  rows: ReadonlyMap<string, TenantReport>,
): Change[] {
  const known = new Set(told.map(({ name, place }) => `${name} ${place}`));
  const since = Date.parse(sinceOf(told) ?? now);
  return over
    .filter(({ expiresAt }) => Date.parse(expiresAt) > since)
    .filter(({ name }) => (name === FLEET_NAME ? shard?.index === 0 : names.has(name)))
    .map((directive) => ({
      kind: 'directive' as const,
      entry: { name: directive.name, place: `directive ${directive.id}` },
      labels: rows.get(directive.name)?.labels ?? {},
      directive,
    }))
    .filter(({ entry }) => !known.has(`${entry.name} ${entry.place}`));
}
