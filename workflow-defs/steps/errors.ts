/** What an error says to people, and whether trying again can help: one subworkflow each. */
import { LOG } from '../functions.ts';
import {
  assign,
  attempt,
  call,
  choose,
  expr,
  give,
  raise,
  routine,
  when,
  type Except,
  type Retry,
  type Step,
  type ValueMap,
} from '../tree.ts';

/**
 * Statuses after which the same call may succeed: 409 is Spanner's ABORTED, which asks for a redo from the start;
 * the rest is overload. 500 is left out, as in the service's own policies.
 */
export const mayBeRetried = routine(
  'may_be_retried',
  ['e'],
  [
    assign('kind', {
      code: expr('map.get(e, "code")'),
      tags: expr('default(map.get(e, "tags"), [])'),
    }),
    choose(
      'by_kind',
      when(expr('code in [409, 429, 502, 503, 504]'), { return: true }),
      when(expr('"ConnectionError" in tags or "ConnectionFailedError" in tags or "TimeoutError" in tags'), {
        return: true,
      }),
    ),
    give('not_otherwise', false),
  ],
);

/** Nine attempts within about two minutes: longer than a Spanner transaction of somebody else holds its locks. */
export const SPANNER_RETRY: Retry = {
  predicate: expr('may_be_retried'),
  maxRetries: 8,
  backoff: { initialDelay: 1, maxDelay: 30, multiplier: 2 },
};

/** The first delay lets a build whose answer was lost show up in the list, so that the next look finds it. */
export const BUILD_RETRY: Retry = {
  predicate: expr('may_be_retried'),
  maxRetries: 5,
  backoff: { initialDelay: 5, maxDelay: 60, multiplier: 2 },
};

/** An error as one sentence: our own message, a service's own words behind the status, or the whole error as JSON. */
export const causeOf = routine(
  'cause_of',
  ['e'],
  [
    assign('words', {
      message: expr('map.get(e, "message")'),
      detail: expr('map.get(e, ["body", "error", "message"])'),
    }),
    choose(
      'most_telling',
      when(expr('message == null'), { return: expr('json.encode_to_string(e)') }),
      when(expr('detail != null'), { return: expr('message + ": " + detail') }),
    ),
    give('message_alone', expr('message')),
  ],
);

/** An `except` that raises `{message}` (what was being done, as an expression, then the cause) and these `extra` keys. */
export const raiseWithCause = (name: string, doing: string, extra: ValueMap = {}): Except => ({
  as: 'e',
  steps: [
    call(`${name}_cause`, 'cause_of', { e: expr('e') }, 'cause'),
    raise(`${name}_raise`, { message: expr(`${doing} + ": " + cause`), ...extra }),
  ],
});

/**
 * An `except` for what has no consequence: the error is kept in a variable that nothing reads. Its name is its own,
 * because within another `except` the name `e` would take the place of that one's error. `goesOn`: why it has none.
 */
export const disregard = (name: string, goesOn: string): Except => ({
  as: `${name}_error`,
  steps: [assign(`${name}_disregarded`, { disregarded: expr(`${name}_error`) })],
  goesOn,
});

/** A line in the log of executions, for people; `text` is an expression. */
export const note = (name: string, text: string, severity: 'WARNING' | 'ERROR'): Step =>
  attempt(name, [call(`${name}_in_log`, LOG, { text: expr(text), severity })], {
    once: 'a line that comes late helps nobody',
    except: disregard(name, 'a log that cannot be written must not hide what it would have said'),
  });
