/**
 * The past of findings: when a difference was last seen not to be there, how often Plumbline has put it right, and
 * whether somebody keeps setting it back. Nothing is written while nothing changes. Pure.
 */
import { shardOf } from '../desired-state/shard.ts';
import type { Correction, FindingEntry, FindingHistory, Looked } from '../desired-state/store.ts';
import { equal, textAt } from './json.ts';
import {
  findingKey,
  type Contest,
  type ExecutionState,
  type Finding,
  type FindingClass,
  type FindingPast,
  type Json,
  type TenantReport,
} from './model.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A field that comes back after this many corrections within the window has an opponent, not a fault. */
export const CONTEST = { corrections: 3, windowMs: 7 * DAY_MS } as const;

/** Who set it back is not known. */
export const SOMEBODY = 'somebody';

/** What is known of one tenant's findings before a pass judges them. */
export interface Memory {
  /** Open findings by key. */
  readonly known: ReadonlyMap<string, FindingEntry>;
  /** Histories by key. */
  readonly history: ReadonlyMap<string, FindingHistory>;
  /** How the executions stand whose corrections are not known to be done, by the service's name of them. */
  readonly runs: ReadonlyMap<string, ExecutionState>;
  /** When a run last looked at this tenant (RFC 3339); null when nobody wrote that down. */
  readonly lastLook: string | null;
}

/** Differences of the world, which come and go; a pending change only waits. */
const OF_THE_WORLD: ReadonlySet<FindingClass> = new Set(['missing', 'changed', 'extra', 'unhealthy']);
/** Those of them that Plumbline corrects by itself. */
const CORRECTED: ReadonlySet<FindingClass> = new Set(['missing', 'changed']);

/** `findings` with what is known of them; their own past is left as it is. */
export function withPast(findings: readonly Finding[], memory: Memory, now: string): Finding[] {
  const history = settled(memory, findings);
  return findings.map((finding) => ({ ...finding, ...pastOf(finding, history, memory, now) }));
}

function pastOf(
  finding: Finding,
  history: ReadonlyMap<string, FindingHistory>,
  { known, lastLook }: Memory,
  now: string,
): Pick<FindingPast, 'lastClean' | 'corrected' | 'contested'> {
  const key = findingKey(finding);
  const kept = history.get(key);
  const corrected = kept === undefined ? 0 : correctionsIn(kept, now).length;
  return {
    lastClean: lastCleanOf(finding, kept, known, lastLook),
    corrected,
    contested: kept === undefined ? null : contestOf(kept, corrected, known.has(key), now),
  };
}

/** An open finding keeps what was said when it was new. Before that, a look that did not see it is what counts. */
function lastCleanOf(
  finding: Finding,
  kept: FindingHistory | undefined,
  known: Memory['known'],
  lastLook: string | null,
): string | null {
  const open = known.get(findingKey(finding));
  if (open !== undefined) return textAt(open.detail, 'lastClean');
  if (!OF_THE_WORLD.has(finding.class)) return null;
  const wasHidden = [...known.keys()].some((key) => key.startsWith(`unreadable:${finding.resource}`));
  const looks = [kept?.lastClean ?? null, wasHidden ? null : lastLook].filter((time) => time !== null);
  return looks.sort((one, other) => Date.parse(other) - Date.parse(one))[0] ?? null;
}

const within = (time: string, now: string): boolean => Date.parse(now) - Date.parse(time) <= CONTEST.windowMs;

const correctionsIn = ({ corrections }: FindingHistory, now: string): readonly Correction[] =>
  corrections.filter(({ done, at }) => done && within(at, now));

/** Once contested, it stays so while it is there, and until it has been gone for a whole window. */
function contestOf(kept: FindingHistory, corrected: number, isOpen: boolean, now: string): Contest | null {
  const { contested, lastClean, writer } = kept;
  const opponent = writer ?? SOMEBODY;
  if (contested !== null && (isOpen || lastClean === null || within(lastClean, now))) {
    return { opponent, times: contested.times };
  }
  return corrected >= CONTEST.corrections ? { opponent, times: corrected } : null;
}

/**
 * Histories with the runs that have ended since. One that succeeded has put its findings right, whether a pass saw them
 * gone or somebody was quicker; one that failed has, where they are gone.
 */
function settled({ history, runs }: Memory, findings: readonly Finding[]): Map<string, FindingHistory> {
  const there = new Set(findings.map(findingKey));
  return new Map(
    [...history].map(([key, kept]) => [
      key,
      isHidden(key, findings)
        ? kept
        : { ...kept, corrections: kept.corrections.flatMap((each) => outcome(each, runs, there.has(key))) },
    ]),
  );
}

function outcome(correction: Correction, runs: Memory['runs'], isThere: boolean): Correction[] {
  if (correction.done) return [correction];
  const state = runs.get(correction.execution);
  if (state === 'SUCCEEDED' || (state === 'FAILED' && !isThere)) return [{ ...correction, done: true }];
  return state === undefined || state === 'FAILED' || state === 'SUPERSEDED' ? [] : [correction];
}

/** Whether this pass could not say if the finding of this key is there. */
export const isHidden = (key: string, findings: readonly Finding[]): boolean =>
  findings.some((finding) => finding.class === 'unreadable' && finding.resource === resourceOf(key));

/** `class:resource[:field]`, where neither class nor resource holds a colon. */
const resourceOf = (key: string): string => key.split(':', 2)[1] ?? '';

const classOf = (key: string): FindingClass => key.split(':', 1)[0] as FindingClass;

/** The histories of one tenant that a pass changed, as they are to be kept. */
export function historyChanges(tenant: TenantReport, memory: Memory, now: string): FindingHistory[] {
  const next = settled(memory, tenant.findings);
  const edit = (key: string, change: (kept: FindingHistory) => Partial<FindingHistory>) => {
    const kept = next.get(key) ?? { ...NOTHING_KNOWN, name: tenant.name, key };
    next.set(key, { ...kept, ...change(kept) });
  };
  for (const finding of tenant.findings) {
    const key = findingKey(finding);
    if (next.has(key)) edit(key, (kept) => ({ contested: markOf(finding, kept, now), ...writerOf(finding) }));
  }
  for (const key of goneKeys(tenant, memory)) edit(key, () => ({ lastClean: now }));
  for (const [key, correction] of launched(tenant, now)) {
    const approved = tenant.findings.some((f) => f.contested !== null && findingKey(f) === key);
    edit(key, ({ corrections }) =>
      // Only a person lets a contested field be corrected; from there the count begins anew.
      approved
        ? { corrections: [correction], contested: null }
        : { corrections: [...corrections, correction] },
    );
  }
  return [...next.values()]
    .filter((kept) => !equal(kept as unknown as Json, memory.history.get(kept.key) as unknown as Json))
    .map((kept) => ({ ...kept, corrections: kept.corrections.filter(({ at }) => within(at, now)) }));
}

const NOTHING_KNOWN = { lastClean: null, corrections: [], writer: null, contested: null } as const;

/** Contested since the first pass that called it so. */
const markOf = ({ contested }: Finding, kept: FindingHistory, now: string): FindingHistory['contested'] =>
  contested === null ? null : (kept.contested ?? { since: now, times: contested.times });

/** Our own runs write it as well; they are no opponent. */
const writerOf = ({ attribution }: Finding): Partial<FindingHistory> =>
  attribution?.found === true && attribution.ownRun === null ? { writer: attribution.who } : {};

/** Open findings of the world that this pass looked for and no longer saw. */
function goneKeys({ findings }: TenantReport, { known }: Memory): string[] {
  const there = new Set(findings.map(findingKey));
  return [...known.keys()].filter(
    (key) => OF_THE_WORLD.has(classOf(key)) && !there.has(key) && !isHidden(key, findings),
  );
}

/** What this pass launched, by the findings it is meant to put right. */
const launched = ({ actions }: TenantReport, now: string): (readonly [string, Correction])[] =>
  actions.flatMap(({ execution, because }) =>
    execution === null
      ? []
      : because
          .filter((key) => CORRECTED.has(classOf(key)))
          .map((key) => [key, { execution, at: now, done: false }] as const),
  );

/** The contest of a finding whose writer was asked of the logs since it was judged. */
export function withOpponent(finding: Finding): Finding {
  const { writer } = writerOf(finding);
  return finding.contested === null || writer == null
    ? finding
    : { ...finding, contested: { ...finding.contested, opponent: writer } };
}

/** When the newest of these looks was at this tenant; null when none was. */
export const lastLookAt = (looks: readonly Looked[], tenant: string): string | null =>
  looks.find(
    ({ shard, only, except }) =>
      !except.includes(tenant) &&
      (only === null ? shardOf(tenant, shard.count) === shard.index : only.includes(tenant)),
  )?.at ?? null;
