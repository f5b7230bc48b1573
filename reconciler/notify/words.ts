/** The sentences of notifications, which every form of one shares. */
import type { Directive } from '../../desired-state/store.ts';
import type { FindingClass } from '../model.ts';
import { plural, shortTime, valueText } from '../report/words.ts';
import type { Notification, Occasion, ToldFinding } from './message.ts';

const STATE_WORDS: Readonly<Record<FindingClass, string>> = {
  missing: 'is missing',
  changed: 'has changed',
  extra: 'is there unasked',
  unhealthy: 'is unhealthy',
  unreadable: 'cannot be read',
  pending: 'waits to be applied',
  exception: 'accepts nothing',
};

const OCCASION_WORDS: Readonly<Record<Occasion, string>> = {
  new: 'New',
  worse: 'Worse',
  resolved: 'Resolved',
  expired: 'Expired',
};

const placeText = ({ resource, field }: Pick<ToldFinding, 'resource' | 'field'>): string =>
  field === null ? resource : `${resource} ${field}`;

/** `on acme`, `on 200 tenants`. */
const onText = (names: readonly string[]): string =>
  names.length === 1 ? `on ${names[0] ?? ''}` : `on ${plural(names.length, 'tenant')}`;

/** `New: nat/{tenant}-nat is missing on 200 tenants`. */
export const findingTitle = (occasion: Occasion, finding: ToldFinding, names: readonly string[]): string =>
  `${OCCASION_WORDS[occasion]}: ${placeText(finding)} ${occasion === 'resolved' ? 'is as wanted again' : STATE_WORDS[finding.class]} ${onText(names)}`;

export const breakerTitle = (opened: boolean): string =>
  opened ? 'Worse: the breaker is open, nothing is launched' : 'Resolved: the breaker is closed again';

export const directiveTitle = ({ kind, name, id }: Pick<Directive, 'kind' | 'name' | 'id'>): string =>
  `Expired: the ${kind} ${id} ${name === '*' ? 'of the fleet' : `of ${name}`}`;

export const restTitle = (count: number): string => `${plural(count, 'more message')} of this pass in one`;

/** What a message says below its title, line by line; no line is markup of any kind. */
export function linesOf({ about, tenants }: Notification): string[] {
  const listed = tenants.names.length;
  const who =
    tenants.count < 2
      ? []
      : [
          `tenants: ${tenants.names.join(', ')}${tenants.count > listed ? ` and ${tenants.count - listed} more` : ''}`,
        ];
  switch (about.kind) {
    case 'finding':
      return [...findingLines(about), ...who];
    case 'directive': {
      const { actor, reason, expiredAt } = about.directive;
      return [`ordered by ${actor}: ${reason}`, `ended ${shortTime(expiredAt)}`];
    }
    case 'breaker':
      return [...about.tripped, ...(about.cause === null ? [] : [`most have in common: ${about.cause}`])];
    case 'rest':
      return [
        ...about.titles,
        ...(about.more === 0 ? [] : [`and ${about.more} more; the report has all of them`]),
      ];
    case 'test':
      return ['Nothing has happened: somebody asked for this message to see whether it arrives.'];
  }
}

function findingLines({ finding, before }: Extract<Notification['about'], { kind: 'finding' }>): string[] {
  const { want, have, from, message, since, contested, by, risk } = finding;
  return [
    `${valueText(want)} → ${valueText(have)}${from === null ? '' : ` (${from})`}`,
    message,
    ...(before === null
      ? []
      : [`was told as ${before.class}, risk ${before.risk}; now ${finding.class}, risk ${risk}`]),
    ...(contested === null ? [] : [`contested: ${contested} keeps setting it back`]),
    ...(by === null ? [] : [`by ${by}`]),
    `since ${shortTime(since)}`,
  ];
}
