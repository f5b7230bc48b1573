/** Text that templates, shells, YAML readers, terminals and C strings have stumbled over. */
import fc from 'fast-check';

export const ODD: readonly string[] = [
  ...['${1 + 1}', '${sys.get_env("X")}', '${args.project}', '${', '$${a}', '$$', '$', '}', '{{x}}', '%24', '%s', '$PROJECT_ID', '${BUILD_ID}'],
  ...['"', "'", '\\', '\\u0041', '`id`', '$(id)', '; rm -rf /', '../..', '//', '*', '|', '>', '@', '='],
  ...['!!js/function x', '!x', '&a', '*a', '<<', '- x', 'a: b', ' #c', '---', '...', '? x', '[', '{', '%TAG'],
  ...['\n', '\r\n', '\t', '\r\n  main:', '\u0000', '\u0007', '\u001b[31m', '\u007f', '\u0085', '\u2028', '\ufeff', '\ufffe', '\ud800', '\udc00x'],
  ...['\u202e', '\u0627', '😀', 'é', 'null', '~', 'yes', 'No', '0x1f', '0123', '1e3', '1_000', '2026-01-01', '', ' ', '__proto__', 'constructor', 'toString'],
]; // prettier-ignore

const pieces = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...ODD) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
      { weight: 2, arbitrary: fc.stringMatching(/^[a-z0-9]{1,5}$/) },
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));

/** Longer than anything may be, now and then. */
const veryLong = fc
  .tuple(pieces, fc.integer({ min: 100, max: 5000 }))
  .map(([text, times]) => (text === '' ? 'x' : text).repeat(times).slice(0, 40_000));

/** Hostile text by itself, or let into `right`, text that would be taken there, at any point. */
export const hostileText = (right = ''): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: pieces },
    {
      weight: 5,
      arbitrary: fc
        .tuple(pieces, fc.nat(right.length))
        .map(([text, at]) => right.slice(0, at) + text + right.slice(at)),
    },
    { weight: 1, arbitrary: veryLong },
  );
