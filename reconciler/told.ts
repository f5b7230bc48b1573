/** What is kept of a look, so that the next pass need not look again where nothing has moved. Pure. */
import { canonicalJson } from '../desired-state/canonical.ts';
import type { Observation } from '../desired-state/store.ts';
import { rowOf, type Judged } from './assemble.ts';
import { projectOf } from './claims.ts';
import type { Entry } from './entries.ts';
import { tellsOfFleet } from './fleet-exceptions.ts';
import { markOf } from './marks.ts';
import { isQuiet, UNKNOWN_PAST, type Finding, type Json, type TenantReport } from './model.ts';
import { clusterMark, type ClusterSight } from './observe-cluster.ts';
import { HEALTH_MAX_AGE_MS } from './plan.ts';
import { openMark } from './survey.ts';

export interface LookNotes {
  readonly run: string;
  readonly pass: number;
  /** RFC 3339. */
  readonly now: string;
  /** Mark of what the inventory showed; null where it could not say. */
  readonly assets: string | null;
  readonly cluster: ClusterSight | null;
  /** Keys of the tenant's open findings, once this pass is saved. */
  readonly open: Iterable<string>;
}

export function observationOf(judged: Judged, entry: Entry, notes: LookNotes): Observation {
  const { case: item } = judged;
  const report = rowOf(judged);
  return {
    name: item.stored.name,
    run: notes.run,
    pass: notes.pass,
    lookedAt: notes.now,
    etag: item.stored.etag,
    project: projectOf(item.stored.record),
    basis: entry.basis,
    assets: holdsOn(judged) ? notes.assets : null,
    objects: clusterMark(notes.cluster),
    cluster: notes.cluster === null ? null : where(notes.cluster),
    restsUntil: restsUntil(judged, report, notes.now),
    open: openMark(notes.open),
    signature: signatureOf(report),
    verdict: report.verdict,
    quiet: isQuiet(report),
    report,
  };
}

const where = ({ endpoint, lists }: ClusterSight): Json => ({
  endpoint,
  lists: lists.map((list): Json => ({ ...list })),
});

/**
 * Whether the judgement may stand for a later pass. Only a look of the very pass may lead to an action, and what could
 * not be read or judged is tried again every time.
 */
function holdsOn({ case: item, findings, plan, readings }: Judged): boolean {
  if (item.ledger?.status === 'DECOMMISSIONED') return true;
  return (
    item.tenant !== null &&
    item.active === undefined &&
    plan.actions.length === 0 &&
    !tellsOfFleet(item) &&
    !findings.some(mayEndUnseen) &&
    readings.every(({ state }) => state !== 'unreadable')
  );
}

/**
 * The inventory is late: somebody may have put right what it still shows, and an alarm must not outlive its cause. And
 * where the log could not say who it was, it is asked again.
 */
const mayEndUnseen = ({ plane, attribution }: Finding): boolean =>
  plane === 'gcp' || (attribution?.found === false && attribution.again === true);

/**
 * When time alone may change the judgement: a window opens, a pause ends, a health result grows old. Directives that
 * lapse need no mention here: they are part of the basis.
 */
function restsUntil(
  { case: { ledger } }: Judged,
  { held, paused }: TenantReport,
  now: string,
): string | null {
  const times = [
    ...held.flatMap(({ next }) => next ?? []),
    ...(paused === null ? [] : [paused.until]),
    ...(ledger?.health != null && ledger.serviceEndpoint !== null
      ? [new Date(Date.parse(ledger.health.checkedAt) + HEALTH_MAX_AGE_MS).toISOString()]
      : []),
  ].map((time) => new Date(Date.parse(time)).toISOString());
  return times.filter((time) => time > now).sort()[0] ?? null;
}

/** The same for rows that say the same: when and where something was read, and since when, says nothing new. */
function signatureOf(row: TenantReport): string {
  const { findings, held, actions, health, coverage, ...rest } = row;
  return markOf(
    JSON.stringify([
      rest,
      // As it was counted, or as a store gave it back, which keeps an order of its own.
      canonicalJson(coverage as Json),
      health?.healthy ?? null,
      findings.map((f) => [
        ...[f.class, f.plane, f.resource, f.kind, f.field, f.want, f.have, f.from, f.risk, f.message],
        ...[f.corrected, f.contested, f.excepted],
      ]),
      held.map(({ flow, because, reason, message }) => [flow, because, reason, message]),
      actions.map(({ flow, because }) => [flow, because]),
    ]),
  );
}

/** The last that is known of a tenant that this pass did not get to. It leads to nothing. */
export const staleRow = ({ report, lookedAt }: Observation): TenantReport => ({
  ...report,
  actions: [],
  planHash: null,
  staleSince: lookedAt,
});

/** A tenant that no pass has got to yet. */
export function unseenRow({ name, generation }: Entry, reason: string, now: string): TenantReport {
  return {
    name,
    labels: {},
    verdict: 'unreadable',
    status: null,
    generation,
    appliedGeneration: null,
    findings: [
      {
        ...UNKNOWN_PAST,
        tenant: name,
        class: 'unreadable',
        plane: 'gcp',
        resource: `record/${name}`,
        kind: 'record',
        field: null,
        want: 'present',
        have: null,
        from: null,
        risk: 'none',
        message: `could not be read: ${reason}`,
        source: 'none',
        at: '',
        since: now,
      },
    ],
    actions: [],
    held: [],
    error: null,
    health: null,
    resources: 0,
    paused: null,
    breakGlass: null,
    coverage: null,
    staleSince: null,
    planHash: null,
  };
}

/** Keys that are open once these changes of one tenant are saved. */
export function openAfter(
  known: Iterable<string>,
  {
    opened,
    resolved,
  }: { readonly opened: readonly { key: string }[]; readonly resolved: readonly { key: string }[] },
): Set<string> {
  const keys = new Set(known);
  for (const { key } of resolved) keys.delete(key);
  for (const { key } of opened) keys.add(key);
  return keys;
}
