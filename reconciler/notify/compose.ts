/**
 * From what has changed to messages: for each target those it wants to hear, equal findings of many tenants in one, and
 * beside them what must be remembered as told. Pure.
 */
import { markOf } from '../marks.ts';
import { UNKNOWN_PAST, type Finding, type TenantReport } from '../model.ts';
import { causesOf } from '../report/causes.ts';
import { FLEET_NAME, type Change } from './decide.ts';
import {
  NOTIFICATION_FORMAT,
  type Notification,
  type NotifyTarget,
  type Occasion,
  type Subject,
  type Telling,
  type ToldEntry,
  type ToldFinding,
} from './message.ts';
import { breakerTitle, directiveTitle, findingTitle, restTitle } from './words.ts';

/** More messages of one pass than anybody reads: what is left over is one message. */
const MOST_TELLINGS = 20;

/** Tenants that a message names; it counts the others. */
const MOST_NAMES = 50;

/** Titles that the message about what is left over lists. */
const MOST_TITLES = 20;

/** Rows that are kept together. A commit takes 80,000 cells (Spanner, "mutations per commit"), and a row has up to ten. */
const MOST_ROWS = 2000;

type FindingChange = Extract<Change, { kind: 'finding' }>;
type Entry = Pick<ToldEntry, 'name' | 'place'>;

/** Changes that are one thing to understand, with the finding as it reads for all of them. */
interface Group {
  readonly key: string;
  readonly changes: readonly Change[];
  readonly shown: ToldFinding | null;
}

export interface ComposeOptions {
  readonly run: string;
  /** When the pass began (RFC 3339). */
  readonly at: string;
  readonly targets: readonly NotifyTarget[];
}

/** What to send and what to remember of it; the farthest-reaching first. */
export function tellingsOf(changes: readonly Change[], options: ComposeOptions): Telling[] {
  const composed = groupsOf(changes).map((group) => ({ group, messages: messagesOf(group, options) }));
  const loud = composed.filter(({ messages }) => messages.length > 0);
  const kept = loud.length <= MOST_TELLINGS ? loud : loud.slice(0, MOST_TELLINGS - 1);
  const left = loud.slice(kept.length);
  const silent = composed.filter(({ messages }) => messages.length === 0);
  return [
    ...kept.map(({ group, messages }) => ({ messages, ...memoryOf(group.changes) })),
    ...(left.length === 0
      ? []
      : [
          {
            messages: restOf(
              left.flatMap(({ messages }) => messages),
              options,
            ),
            ...memoryOf(left.flatMap(({ group }) => group.changes)),
          },
        ]),
    ...(silent.length === 0
      ? []
      : [{ messages: [], ...memoryOf(silent.flatMap(({ group }) => group.changes)) }]),
  ].flatMap(inParts);
}

function groupsOf(changes: readonly Change[]): Group[] {
  const others = changes.flatMap((change): Group[] =>
    change.kind === 'finding'
      ? []
      : [{ key: `${change.entry.name} ${change.entry.place}`, changes: [change], shown: null }],
  );
  const findings = changes.filter((change) => change.kind === 'finding');
  const alike = Map.groupBy(findings, ({ before, after, silent }) =>
    [before?.class ?? '', before?.risk ?? '', after?.class ?? '', silent].join(' '),
  );
  return [...others, ...[...alike].flatMap(([kind, group]) => byCause(kind, group))];
}

function byCause(kind: string, changes: readonly FindingChange[]): Group[] {
  const changeOf = new Map<Finding, FindingChange>();
  const tenants = changes.flatMap((change) => {
    const told = change.after ?? change.before;
    if (told === null) return [];
    const finding = findingOf(change.entry.name, told);
    changeOf.set(finding, change);
    return [rowOf(change, finding)];
  });
  return causesOf({ tenants }).map(({ key, members, finding }) => {
    const group = members.flatMap((member) => changeOf.get(member.finding) ?? []);
    const told = group[0]?.after ?? group[0]?.before ?? null;
    const { resource, field, want, have, message } = finding;
    return {
      key: `${kind} ${key}`,
      changes: group,
      shown: told && { ...told, resource, field, want, have, message },
    };
  });
}

/** A finding, as causes are found in findings. */
const findingOf = (tenant: string, told: ToldFinding): Finding => ({
  ...told,
  ...UNKNOWN_PAST,
  tenant,
  source: '',
  at: '',
});

/** Causes look at nothing else of a row. */
const rowOf = ({ entry, labels }: FindingChange, finding: Finding): TenantReport =>
  ({ name: entry.name, labels, findings: [finding] }) as Partial<TenantReport> as TenantReport;

function messagesOf({ key, changes, shown }: Group, options: ComposeOptions): Notification[] {
  return options.targets.flatMap((target) => {
    const heard = changes.flatMap((change) => {
      const occasion = isConcerned(target, change) ? occasionFor(target, change) : null;
      return occasion === null || !target.on.includes(occasion) ? [] : [{ change, occasion }];
    });
    const [first] = heard;
    if (first === undefined) return [];
    const names = [...new Set(heard.map(({ change }) => change.entry.name))].filter(
      (name) => name !== FLEET_NAME,
    );
    const { about, title } = subjectOf(first.change, first.occasion, { shown, names });
    return [envelope(target, first.occasion, { key, about, title, names }, options)];
  });
}

function isConcerned({ labels }: NotifyTarget, change: Change): boolean {
  if (labels === null) return true;
  // Who listens for some tenants is not told of the fleet.
  if (change.kind === 'breaker' || change.kind === 'since' || change.entry.name === FLEET_NAME) return false;
  return Object.entries(labels).every(
    ([key, value]) => Object.hasOwn(change.labels, key) && change.labels[key] === value,
  );
}

/** Null: this target hears nothing of it. What a target was not told before is new to it, however it was then. */
function occasionFor({ classes }: NotifyTarget, change: Change): Occasion | null {
  switch (change.kind) {
    case 'since':
      return null;
    case 'breaker':
      return change.opened ? 'worse' : 'resolved';
    case 'directive':
      return 'expired';
    case 'finding': {
      const { before, after, silent } = change;
      if (after === null && silent) return null;
      const knew = before !== null && classes.includes(before.class);
      const hears = after !== null && classes.includes(after.class);
      if (!knew) return hears ? 'new' : null;
      if (!hears) return 'resolved';
      return silent ? null : 'worse';
    }
  }
}

function subjectOf(
  change: Change,
  occasion: Occasion,
  { shown, names }: { readonly shown: ToldFinding | null; readonly names: readonly string[] },
): { readonly about: Subject; readonly title: string } {
  if (change.kind === 'breaker') {
    return { about: { kind: 'breaker', ...change.breaker }, title: breakerTitle(change.opened) };
  }
  if (change.kind === 'directive') {
    const { id, kind, actor, reason, expiresAt } = change.directive;
    const directive = { id, kind, actor, reason, expiredAt: expiresAt };
    return { about: { kind: 'directive', directive }, title: directiveTitle(change.directive) };
  }
  if (change.kind === 'since' || shown === null) throw new Error('nobody is told of this');
  const { before, after } = change;
  const finding = names.length > 1 ? shown : (after ?? before ?? shown);
  const was = occasion === 'worse' && before !== null ? { class: before.class, risk: before.risk } : null;
  return {
    about: { kind: 'finding', finding, before: was },
    title: findingTitle(occasion, finding, names),
  };
}

interface Content {
  readonly key: string;
  readonly about: Subject;
  readonly title: string;
  readonly names: readonly string[];
}

function envelope(
  { name }: Pick<NotifyTarget, 'name'>,
  occasion: Occasion,
  { key, about, title, names }: Content,
  { run, at }: Pick<ComposeOptions, 'run' | 'at'>,
): Notification {
  return {
    format: NOTIFICATION_FORMAT,
    id: idOf([run, name, occasion, key]),
    target: name,
    occasion,
    title,
    run,
    at,
    tenants: { count: names.length, names: names.slice(0, MOST_NAMES) },
    about,
  };
}

/** Two marks of the same parts: 128 bits, so that no two messages are ever taken for one. */
function idOf(parts: readonly string[]): string {
  const text = JSON.stringify(parts);
  return markOf(text) + markOf(`again ${text}`);
}

/** One message per target in place of many. */
function restOf(messages: readonly Notification[], options: ComposeOptions): Notification[] {
  return [...Map.groupBy(messages, ({ target }) => target)].flatMap(([target, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const titles = group.map(({ title }) => title);
    const about: Subject = {
      kind: 'rest',
      titles: titles.slice(0, MOST_TITLES),
      more: Math.max(0, titles.length - MOST_TITLES),
    };
    const names = [...new Set(group.flatMap(({ tenants }) => tenants.names))];
    const key = group.map(({ id }) => id).join(' ');
    const title = restTitle(group.length);
    return [envelope({ name: target }, first.occasion, { key, about, title, names }, options)];
  });
}

function memoryOf(changes: readonly Change[]): Pick<Telling, 'told' | 'forgotten'> {
  const told = changes.flatMap((change): ToldEntry[] => {
    switch (change.kind) {
      case 'finding':
        return change.after === null
          ? []
          : [{ ...change.entry, detail: { kind: 'finding', finding: change.after, labels: change.labels } }];
      case 'breaker':
        return change.opened ? [{ ...change.entry, detail: { kind: 'breaker', ...change.breaker } }] : [];
      case 'directive':
        return [{ ...change.entry, detail: { kind: 'directive' } }];
      case 'since':
        return [{ ...change.entry, detail: { kind: 'since', at: change.at } }];
    }
  });
  const forgotten = changes.filter(isOver).map(({ entry }): Entry => entry);
  return { told, forgotten };
}

const isOver = (change: Change): boolean =>
  (change.kind === 'finding' && change.after === null) || (change.kind === 'breaker' && !change.opened);

/** The messages come first: cut off in between, the rest is told once more, which is better than never. */
function inParts(telling: Telling): Telling[] {
  const { messages, told, forgotten } = telling;
  if (told.length + forgotten.length <= MOST_ROWS) return [telling];
  const parts: Telling[] = [{ messages, told: [], forgotten: [] }];
  for (let at = 0; at < told.length; at += MOST_ROWS) {
    parts.push({ messages: [], told: told.slice(at, at + MOST_ROWS), forgotten: [] });
  }
  for (let at = 0; at < forgotten.length; at += MOST_ROWS) {
    parts.push({ messages: [], told: [], forgotten: forgotten.slice(at, at + MOST_ROWS) });
  }
  return parts;
}
