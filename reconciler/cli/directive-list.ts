/** Directives as `plumb get directives` lists them: who ordered what, until when, and how often it was made use of. */
import { FLEET, type Directive, type Store } from '../../desired-state/store.ts';
import { durationText } from '../../desired-state/duration.ts';
import { entriesAt, listAt, textAt } from '../json.ts';
import { aboutOf } from '../policy/exceptions.ts';
import { isInForce } from '../policy/orders.ts';
import { shortTime } from '../report/words.ts';
import { mustKnow } from './orders.ts';
import type { Listing } from './output.ts';

/** Of one tenant, ended ones included; without a name those of everybody that still have something to say. */
export async function directives(
  store: Store,
  name: string | undefined,
  now: number,
): Promise<Listing<Directive>> {
  if (name !== undefined) await mustKnow(store, name);
  const at = new Date(now).toISOString();
  const all = await store.listDirectives(name === undefined ? undefined : [name, FLEET]);
  return {
    kind: 'Directive',
    items: name === undefined ? all.filter((each) => stillSpeaks(each, at)) : all,
    single: false,
    name: ({ id }) => id,
    document: (each) => ({ ...each }),
    columns: directiveColumns(now),
  };
}

export function directiveColumns(now: number): Listing<Directive>['columns'] {
  const at = new Date(now).toISOString();
  return [
    { head: 'NAME', cell: ({ id }) => id },
    { head: 'TENANT', cell: ({ name: of }) => (of === FLEET ? 'all' : of) },
    { head: 'KIND', cell: ({ kind }) => kind },
    { head: 'STATE', cell: (each) => stateOf(each, at) },
    { head: 'BY', cell: ({ actor }) => actor },
    { head: 'UNTIL', cell: ({ expiresAt }) => shortTime(expiresAt) },
    { head: 'LEFT', cell: (each) => leftOf(each, now, at) },
    { head: 'USES', cell: ({ uses }) => String(uses) },
    { head: 'ABOUT', cell: topicOf },
    { head: 'REASON', wide: true, cell: ({ reason }) => reason },
    { head: 'SINCE', wide: true, cell: ({ createdAt }) => shortTime(createdAt) },
    { head: 'ENDED-BY', wide: true, cell: ({ endedBy }) => endedBy ?? 'none' },
  ];
}

/** An expired exception is a finding until it is taken away. */
const stillSpeaks = (directive: Directive, now: string): boolean =>
  isInForce(directive, now) || (directive.kind === 'exception' && directive.endedAt === null);

function stateOf(directive: Directive, now: string): string {
  if (directive.kind === 'resume') return 'done';
  if (directive.endedAt !== null) return 'ended';
  return isInForce(directive, now) ? 'in force' : 'expired';
}

const leftOf = (directive: Directive, now: number, at: string): string =>
  isInForce(directive, at) ? durationText(Date.parse(directive.expiresAt) - now) : 'none';

function topicOf(directive: Directive): string {
  const { kind, detail } = directive;
  switch (kind) {
    case 'exception': {
      const labels = entriesAt(detail, 'selector').map(
        ([key, value]) => `${key}=${typeof value === 'string' ? value : ''}`,
      );
      return [aboutOf(directive), ...labels].join(' ');
    }
    case 'approval':
      return `plan ${textAt(detail, 'plan') ?? 'none'}`;
    case 'adoption':
      return `${listAt(detail, 'standing').length} resources that exist`;
    case 'resume':
      return textAt(detail, 'pause') ?? 'none';
    case 'pause':
    case 'break-glass':
    case 'override':
      return 'all actions';
  }
}
