/** Compares what an execution did with what its test expects. */
import { fromJson, printable as json } from '../run/json.ts';
import { isList, isMap, type Value } from '../run/values.ts';
import { differences, includes, type Difference } from './compare.ts';
import type { Outcome } from './execute.ts';
import type { LogLine, OutsideCall, ToolHost } from './host.ts';
import type { Expectation } from './test-file.ts';

/** What is not as expected; empty when all is. */
export function judge(expected: Expectation, outcome: Outcome, host: ToolHost): Difference[] {
  // What came after an unanswered call was never tried: one reason is enough.
  if (outcome.kind === 'unanswered') return ended(expected, outcome);
  return [
    ...ended(expected, outcome),
    ...(expected.calls === undefined ? [] : calls(expected.calls, host.calls)),
    ...(expected.logs === undefined ? [] : logs(expected.logs, host.logged)),
  ];
}

function ended(expected: Expectation, outcome: Outcome): Difference[] {
  switch (outcome.kind) {
    case 'unanswered': {
      const where = `step "${outcome.step}", routine "${outcome.routine}"`;
      return [
        { at: 'call', want: 'only calls that a stub answers', have: `${outcome.message}\n(in ${where})` },
      ];
    }
    case 'result':
      if (expected.error !== undefined) {
        const want = json(fromJson(expected.error));
        return [{ at: 'error', want, have: `no error; result ${json(outcome.value)}` }];
      }
      return 'result' in expected ? differences(fromJson(expected.result), outcome.value, 'result') : [];
    case 'error':
      if (expected.error === undefined) {
        const want = 'result' in expected ? json(fromJson(expected.result)) : 'no error';
        return [
          { at: 'result', want, have: `error ${json(outcome.error.value)}\n${outcome.error.context(json)}` },
        ];
      }
      return errorDifferences(fromJson(expected.error), outcome.error.value);
  }
}

/** Tags are a set, everything else that is named must be as it is named. */
function errorDifferences(want: Value, have: Value): Difference[] {
  if (!isMap(want) || !isMap(have)) return differences(want, have, 'error');
  const { tags, rest } = split(want);
  const had = have.get('tags') ?? null;
  const missing = tags.filter((tag) => !isList(had) || !had.includes(tag));
  const wrong = missing.length === 0 ? [] : [{ at: 'error.tags', want: json(tags), have: json(had) }];
  return [...wrong, ...differences(rest, have, 'error', true)];
}

function split(error: ReadonlyMap<string, Value>): { tags: readonly Value[]; rest: Value } {
  const tags = error.get('tags') ?? [];
  if (!isList(tags)) return { tags: [], rest: error };
  return { tags, rest: new Map([...error].filter(([key]) => key !== 'tags')) };
}

function calls(want: NonNullable<Expectation['calls']>, have: readonly OutsideCall[]): Difference[] {
  return pairs(
    want,
    have,
    'calls',
    (call) => (call.args === undefined ? call.call : `${call.call} ${json(fromJson(call.args))}`),
    (call) => `${call.call} ${json(call.args)}`,
    (wanted, had, at) =>
      wanted.call === had.call
        ? differences(fromJson(wanted.args ?? {}), had.args, `${at}.args`, true)
        : [{ at: `${at}.call`, want: wanted.call, have: had.call }],
  );
}

function logs(want: NonNullable<Expectation['logs']>, have: readonly LogLine[]): Difference[] {
  const textOf = (line: LogLine): string =>
    `${line.severity} ${'text' in line.entry ? JSON.stringify(line.entry.text) : json(line.entry.json)}`;
  return pairs(
    want,
    have,
    'logs',
    (line) => JSON.stringify(line),
    textOf,
    (wanted, had, at) => {
      const value: Value = 'text' in had.entry ? had.entry.text : had.entry.json;
      const fits =
        (wanted.severity ?? had.severity) === had.severity &&
        (wanted.text === undefined || wanted.text === value) &&
        (wanted.json === undefined || includes(fromJson(wanted.json), value));
      return fits ? [] : [{ at, want: JSON.stringify(wanted), have: textOf(had) }];
    },
  );
}

/** Two lists, item by item; what one has more than the other is told too. */
function pairs<W, H>(
  want: readonly W[],
  have: readonly H[],
  name: string,
  wantText: (item: W) => string,
  haveText: (item: H) => string,
  compare: (want: W, have: H, at: string) => Difference[],
): Difference[] {
  return Array.from({ length: Math.max(want.length, have.length) }).flatMap((_item, i) => {
    const at = `${name}[${i}]`;
    const [wanted, had] = [want[i], have[i]];
    if (wanted === undefined)
      return had === undefined ? [] : [{ at, want: '(nothing)', have: haveText(had) }];
    if (had === undefined) return [{ at, want: wantText(wanted), have: '(nothing)' }];
    return compare(wanted, had, at);
  });
}
