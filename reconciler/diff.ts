/**
 * Want against have: the findings of one tenant. Pure. Drift (have differs from what was last applied) and pending
 * change (the record is newer than what was applied) are told apart here and never mixed afterwards.
 */
import { additions, agreesPlainly, differences } from './compare.ts';
import { ENDPOINT_KIND } from './expect.ts';
import { textAt } from './json.ts';
import {
  findingKey,
  UNKNOWN_PAST,
  type Fields,
  type Finding,
  type FindingPast,
  type Have,
  type Json,
  type Reading,
  type Want,
} from './model.ts';
import { kindOf } from './resources/index.ts';

export interface DiffInput {
  readonly tenant: string;
  readonly wants: readonly Want[];
  /** Wants of the record that was last applied in full; null when none ever was. */
  readonly applied: readonly Want[] | null;
  readonly have: Have;
  readonly generation: number;
  readonly appliedGeneration: number | null;
  /** Why the last run failed, when nothing has put the tenant at rest since; null otherwise. */
  readonly unfinished: string | null;
  /** When a finding of this key was first seen; undefined when it is new. */
  readonly since: (key: string) => string | undefined;
  /** Time of this pass (RFC 3339): the onset of a new finding. */
  readonly now: string;
}

type Present = Reading<Fields> & { readonly state: 'present' };
type Draft = Omit<Finding, 'tenant' | 'since' | keyof FindingPast>;

/** Findings in resource order; empty exactly when nothing differs and everything could be read. */
export function diff(input: DiffInput): Finding[] {
  const { wants, applied, have } = input;
  const drafts: Draft[] = [];
  for (let at = 0; at < wants.length; at += 1) {
    const want = wants[at];
    if (want !== undefined) compare(want, readingOf(have, want), appliedOf(applied, want, at), drafts);
  }
  for (const want of dropped(wants, applied)) drafts.push(...leaving(want, readingOf(have, want)));
  if (input.generation !== input.appliedGeneration && !drafts.some((draft) => carries(draft, input))) {
    drafts.push(unapplied(input));
  } else if (input.unfinished !== null && !drafts.some(leadsOn)) {
    drafts.push(interrupted(input, input.unfinished));
  }
  return drafts.map((draft) => ({
    ...draft,
    ...UNKNOWN_PAST,
    tenant: input.tenant,
    since: input.since(findingKey(draft)) ?? input.now,
  }));
}

/** A want nobody looked at is not absent: it is unreadable. */
const readingOf = (have: Have, want: Want): Reading<Fields> =>
  have.get(want.id) ?? { state: 'unreadable', reason: 'it was not looked at', source: 'none', at: '' };

/** What was last applied of a want, `new` where the record asks for it newly. Most often it stands at the same place. */
function appliedOf(applied: DiffInput['applied'], { id }: Want, at: number): Want | 'new' | null {
  if (applied === null) return null;
  const there = applied[at];
  return there?.id === id ? there : (applied.find((want) => want.id === id) ?? 'new');
}

/** What was applied and is not asked for any more. */
function dropped(wants: readonly Want[], applied: DiffInput['applied']): readonly Want[] {
  if (applied === null || applied.every(({ id }, at) => wants[at]?.id === id)) return [];
  const wanted = new Set(wants.map(({ id }) => id));
  return applied.filter(({ id }) => !wanted.has(id));
}

function compare(want: Want, have: Reading<Fields>, applied: Want | 'new' | null, drafts: Draft[]): void {
  if (have.state === 'unreadable') drafts.push(unreadable(want, have));
  else if (have.state === 'absent') drafts.push(missing(want, have, applied === 'new'));
  else if (!agreesPlainly(want, have.value)) {
    const before = applied === 'new' ? null : applied;
    for (const path of differences(want, have.value)) drafts.push(changed(want, have, before, path));
    for (const path of additions(want, have.value)) drafts.push(...extra(want, have, before, path));
  }
}

const about = (want: Want, have: Reading<Fields>) => ({
  plane: want.plane,
  resource: want.id,
  kind: want.kind,
  source: have.source,
  at: have.at,
});

const unreadable = (want: Want, have: Reading<Fields> & { state: 'unreadable' }): Draft => ({
  ...about(want, have),
  class: 'unreadable',
  field: null,
  want: 'present',
  have: null,
  from: want.from,
  risk: 'none',
  message: `could not be read: ${have.reason}`,
});

const missing = (want: Want, have: Reading<Fields>, isNew: boolean): Draft => ({
  ...about(want, have),
  class: isNew ? 'pending' : 'missing',
  field: null,
  want: 'present',
  have: 'absent',
  from: want.from,
  // What the record newly asks for has held nothing yet, so making it costs nothing.
  risk: isNew ? 'in-place' : (kindOf(want)?.risk(null) ?? 'stateful'),
  message: isNew ? 'the record asks for it since it was last applied' : 'it is not there',
});

function changed(want: Want, have: Present, applied: Want | null, path: string): Draft {
  const wish = want.fields[path];
  const found = valueAt(have.value, path);
  const base = {
    ...about(want, have),
    field: path,
    want: wish?.want ?? null,
    have: found ?? null,
    from: wish?.from ?? null,
  };
  if (want.kind === ENDPOINT_KIND) {
    return {
      ...base,
      class: 'unhealthy',
      risk: 'none',
      message: textAt(have.value, 'reason') ?? 'no reason was given',
    };
  }
  const asApplied = applied !== null && isAsApplied(applied, path, found);
  return {
    ...base,
    class: asApplied ? 'pending' : 'changed',
    risk: kindOf(want)?.risk(path) ?? 'stateful',
    message: asApplied ? 'the record changed since it was last applied' : 'it was changed behind the record',
  };
}

const valueAt = (have: Fields, path: string): Json | undefined =>
  Object.hasOwn(have, path) ? have[path] : undefined;

/** What was applied still stands, or there was nothing and there is nothing: then only the record moved. */
function isAsApplied(applied: Want, path: string, found: Json | undefined): boolean {
  const before = applied.fields[path]?.want;
  if (before === undefined) return found === undefined;
  return kindOf(applied)?.same(path, before, found) ?? false;
}

function extra(want: Want, have: Present, applied: Want | null, path: string): Draft[] {
  const removed = applied !== null && Object.hasOwn(applied.fields, path);
  // A member that the record dropped is a resource on its way out, and told as that.
  if (removed && kindOf(want)?.isMember(path)) return [];
  return [
    {
      ...about(want, have),
      class: removed ? 'pending' : 'extra',
      field: path,
      want: null,
      have: valueAt(have.value, path) ?? null,
      from: null,
      risk: 'in-place',
      message: removed
        ? 'the record no longer asks for it'
        : 'somebody added it where the record owns the whole',
    },
  ];
}

/** What the applied record asked for and the current one does not: still there until an apply takes it away. */
function leaving(want: Want, have: Reading<Fields>): Draft[] {
  if (have.state === 'absent') return [];
  if (have.state === 'unreadable') return [unreadable(want, have)];
  return [
    {
      ...about(want, have),
      class: 'pending',
      field: null,
      want: 'absent',
      have: 'present',
      from: null,
      risk: 'one-way',
      message: 'the record no longer asks for it; taking it away cannot be undone',
    },
  ];
}

/**
 * Whether this finding leads to a full apply by itself, or rules one out. Drift inside the cluster does neither: it is
 * put right without Terraform, and the new generation would be taken for applied.
 */
const carries = ({ class: c, plane }: Draft, { appliedGeneration }: DiffInput): boolean =>
  c === 'pending' ||
  c === 'unreadable' ||
  ((c === 'missing' || c === 'changed') && (plane === 'gcp' || appliedGeneration === null));

/** What starts a run by itself, or stands against one: then the failure behind it needs no finding of its own. */
const leadsOn = ({ class: c }: Draft): boolean => c !== 'extra';

/** A run that failed late may leave everything as wanted; only another one, run to its end, says so for good. */
const interrupted = ({ tenant, now }: DiffInput, reason: string): Draft => ({
  class: 'pending',
  plane: 'gcp',
  resource: `record/${tenant}`,
  kind: 'record',
  field: 'status',
  want: 'at rest',
  have: 'FAILED',
  from: null,
  risk: 'in-place',
  message: `the last run did not end well: ${reason}`,
  source: 'ledger',
  at: now,
});

/**
 * A generation that shows in no observed field (a new source revision, a new owner) still waits to be applied, and so
 * does one whose first run made everything and then met an ill endpoint.
 */
const unapplied = ({ generation, appliedGeneration, tenant, now }: DiffInput): Draft => ({
  class: 'pending',
  plane: 'gcp',
  resource: `record/${tenant}`,
  kind: 'record',
  field: 'generation',
  want: generation,
  have: appliedGeneration,
  from: 'spec',
  risk: 'in-place',
  message: 'this generation of the record was never applied in full',
  source: 'ledger',
  at: now,
});
