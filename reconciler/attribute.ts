/**
 * Who made a difference: from an audit log's writes and a cluster's field managers to attributions. Pure. The last
 * write that touches the resource, and as far as requests tell the field, before the difference was seen is the one.
 */
import type { ExecutionEntry, FindingEntry } from '../desired-state/store.ts';
import { deedBehind, isRemoval, type Deed } from './deed.ts';
import { at, isObject } from './json.ts';
import { ACTIVITY_RETENTION_DAYS, type Question } from './log-question.ts';
import type { Write } from './log-entries.ts';
import { ownersOf } from './managers.ts';
import type { Attribution, Finding, FindingClass, Reading } from './model.ts';
import { CLUSTER_KINDS } from './resources/index.ts';

/** Server-side apply of ours names this manager; see `cloudbuild-steps/deploy/`. */
const OUR_MANAGER = 'plumbline';

/** What somebody did behind the record. Pending changes are the record's own, the rest is nobody's deed. */
const DEEDS: ReadonlySet<FindingClass> = new Set(['missing', 'changed', 'extra']);

const DAY_MS = 24 * 60 * 60 * 1000;

export const isDeed = ({ class: c }: Finding): boolean => DEEDS.has(c);

/** What the store keeps of a finding's attribution; null when nobody has an answer that lasts. */
export function keptOf(entry: FindingEntry | undefined): Attribution | null {
  const kept = entry === undefined ? undefined : at(entry.detail, 'attribution');
  // Written by a pass from the same type.
  return isObject(kept) ? (kept as unknown as Attribution) : null;
}

/** Whether the answer is worth keeping: a log that could not be read today may be read tomorrow. */
export const lasts = (attribution: Attribution | null): boolean =>
  attribution !== null && (attribution.found || attribution.again !== true);

/** The finding with what is known of its author without asking anybody: the store's answer, else the field's manager. */
export function attributed(
  finding: Finding,
  entry: FindingEntry | undefined,
  have: Reading<unknown> | undefined,
): Finding {
  const attribution = keptOf(entry) ?? (isDeed(finding) ? byManager(finding, have) : null);
  return attribution === null ? finding : { ...finding, attribution };
}

function byManager(finding: Finding, have: Reading<unknown> | undefined): Attribution | null {
  if (finding.field === null || have?.state !== 'present' || have.managers === undefined) return null;
  const path = CLUSTER_KINDS.find(({ kind }) => kind === finding.kind)?.owned(finding.field);
  const [last, ...others] = path === undefined ? [] : ownersOf(have.managers, path);
  if (last === undefined) return null;
  return {
    found: true,
    who: last.manager,
    when: last.at,
    how: `${last.operation}${last.subresource === '' ? '' : ` of ${last.subresource}`}`,
    from: 'managed-fields',
    // Several owners agree on the value; the one that wrote last need not be the one that brought it.
    confidence: others.length === 0 ? 'high' : 'medium',
    ownRun: null,
  };
}

export interface Evidence {
  /** Newest first. */
  readonly writes: readonly Write[];
  /** Older writes match than were read. */
  readonly more: boolean;
  /** When the difference was seen, by the log's clock (RFC 3339). */
  readonly before: string;
  /** From when on the log was asked (RFC 3339). */
  readonly since: string;
  /** Accounts that Plumbline acts as in this project. */
  readonly ours: ReadonlySet<string>;
}

/** The log's answer to one question; says so when it has none. */
export function answer(question: Question, evidence: Evidence): Attribution {
  const { finding } = question;
  const before = Date.parse(evidence.before);
  const writes = evidence.writes.filter(
    (write) => Date.parse(write.at) <= before && concerns(question, write),
  );
  const known = finding.attribution?.found === true ? finding.attribution : null;
  if (known?.from === 'managed-fields') return namedBy(known, writes, evidence.ours);
  const deed = deedBehind(question, writes);
  if (deed !== null) return toAttribution(deed, evidence.ours);
  return { found: false, reason: silence(question, writes, evidence) };
}

const concerns = ({ names, parents, email }: Question, { resource, email: about }: Write): boolean =>
  names.includes(resource) || parents.includes(resource) || (email !== null && email === about);

function toAttribution({ write, confidence }: Deed, ours: ReadonlySet<string>): Attribution {
  const { who, how } = authorOf(write, ours);
  return { found: true, who, when: write.at, how, from: 'audit-log', confidence, ownRun: null };
}

/** Somebody who borrows one of our accounts is not us: the log tells who stands behind it. */
function authorOf(write: Write, ours: ReadonlySet<string>): { who: string; how: string } {
  const how = `${write.method}${clientText(write.agent)}`;
  return write.behind !== null && !ours.has(write.behind)
    ? { who: write.behind, how: `${how}, acting as ${write.principal}` }
    : { who: write.principal, how };
}

/** ` with gcloud compute routers nats delete`, from what the client says of itself; empty for one nobody knows. */
function clientText(agent: string | null): string {
  if (agent === null) return '';
  const command = /\bcommand\/(gcloud[\w.-]*)/.exec(agent)?.[1];
  if (command !== undefined) return ` with ${command.replaceAll('.', ' ')}`;
  if (/\bTerraform\//i.test(agent)) return ' with Terraform';
  const tool = /^(kubectl|helm|google-cloud-sdk|pulumi)\b/i.exec(agent)?.[1];
  if (tool !== undefined) return ` with ${tool === 'google-cloud-sdk' ? 'gcloud' : tool}`;
  return /^Mozilla\//.test(agent) ? ' in a browser' : '';
}

/** The log's clock and the cluster's are Google's; `managedFields` keeps whole seconds. */
const SAME_WRITE_MS = 2000;
/** A client whose name the manager begins with: API servers name managers after clients, kubectl after its command. */
const SAME_TOOL_MS = 60_000;

/** A manager is a program; the log may know whose hand it was in. */
function namedBy(
  known: Attribution & { found: true },
  writes: readonly Write[],
  ours: ReadonlySet<string>,
): Attribution {
  const when = Date.parse(known.when);
  const away = (write: Write) => Math.abs(Date.parse(write.at) - when);
  const [nearest] = writes
    .filter(
      (write) =>
        !isRemoval(write) && away(write) <= (isTool(write, known.who) ? SAME_TOOL_MS : SAME_WRITE_MS),
    )
    .toSorted((one, other) => away(one) - away(other));
  if (nearest === undefined) return known;
  const { who, how } = authorOf(nearest, ours);
  return { ...known, who, when: nearest.at, how: `${how} (${known.who})`, from: 'audit-log' };
}

const isTool = ({ agent }: Write, manager: string): boolean => {
  const tool = agent?.split('/', 1)[0] ?? '';
  return tool !== '' && manager.startsWith(tool);
};

function silence({ finding }: Question, writes: readonly Write[], { more, since, before }: Evidence): string {
  if (more)
    return `not in the part of the log that was read: there are more writes since ${since} than one page holds`;
  const what = finding.class === 'missing' ? 'removal of it' : 'write to it';
  return writes.length === 0
    ? `not in the log window: no ${what} from ${since} to ${before} is in the Admin Activity log`
    : `the log holds writes to it from ${since} to ${before}, but none that explains this`;
}

/** Too old to be asked about; null while the log may still know. */
export function tooOld(finding: Finding, now: Date): Attribution | null {
  if (now.getTime() - Date.parse(finding.since) <= ACTIVITY_RETENTION_DAYS * DAY_MS) return null;
  const reason = `not in the log window: it is older than the ${ACTIVITY_RETENTION_DAYS} days the Admin Activity log is kept`;
  return { found: false, reason };
}

/** Whether it was one of Plumbline's own accounts, or its own name as a field's manager. */
export const isOurs = (attribution: Attribution | null, ours: ReadonlySet<string>): boolean =>
  attribution?.found === true && (ours.has(attribution.who) || attribution.who === OUR_MANAGER);

/** Clocks of the ledger and the log are both good; a second or two between them must not hide a run. */
const SLACK_MS = 5000;

/** The attribution tied to the run of ours that was under way then; says so when there was none. */
export function withRun(
  attribution: Attribution & { found: true },
  executions: readonly ExecutionEntry[],
  /** What the log's clock is ahead of the ledger's, in milliseconds. */
  skewMs: number,
): Attribution {
  const when = Date.parse(attribution.when) - skewMs;
  const run = executions.find(
    ({ createdAt, updatedAt, state }) =>
      state !== 'SUPERSEDED' &&
      when >= Date.parse(createdAt) - SLACK_MS &&
      when <= (ENDED.has(state) ? Date.parse(updatedAt) + SLACK_MS : Number.POSITIVE_INFINITY),
  );
  return run === undefined
    ? { ...attribution, how: `${attribution.how}, while no run of ours was under way` }
    : { ...attribution, ownRun: run.intent };
}

const ENDED: ReadonlySet<ExecutionEntry['state']> = new Set(['SUCCEEDED', 'FAILED']);
