/** What somebody may have typed: valid definitions with tokens gone, doubled or replaced. Whatever comes of it is told in its place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { build } from '../../../../local-cloud/workflows/check/check.ts';
import { BuildError } from '../../../../local-cloud/workflows/lang/problems.ts';
import { compileProgram } from '../../../../local-cloud/workflows/run/interpreter.ts';
import { examine } from '../../../../local-cloud/workflows/tools/examine.ts';
import { Lines } from '../../../../local-cloud/workflows/tools/findings.ts';
import { findingsJson, findingsSarif } from '../../../../local-cloud/workflows/tools/format/findings-json.ts';
import { findingsText } from '../../../../local-cloud/workflows/tools/format/findings-text.ts';
import { mermaid } from '../../../../local-cloud/workflows/tools/mermaid.ts';
import { keptStreams } from './support.ts';

/** Every kind of step with every key it may have. */
const TOUR = `main:
  params: [args]
  steps:
  - init:
      assign:
      - n: 0
      - m: {a: {b: [1, "zwei"]}, '\${"k" + 1}': true}
      - m.a["c"][0].d: '\${not("x" in keys(args)) and 1.5 >= -n // 2}'
  - ask:
      try:
        call: http.get
        args:
          url: https://example.com/\u00e9
          query: {q: "\${text.split(args.q, \\",\\")[0]}"}
        result: m.answer
      retry:
        predicate: \${mine}
        max_retries: 3
        backoff: {initial_delay: 1, max_delay: 60, multiplier: 2}
      except:
        as: e
        steps:
        - known: {switch: [{condition: "\${e.code == 404}", next: last}, {condition: true, raise: "\${e}"}]}
  - go: # a comment: with a colon
      parallel:
        shared: [n]
        concurrency_limit: 2
        branches:
        - left: {steps: [{add: {assign: [{n: "\${n + 1}"}]}}]}
        - right:
            steps:
            - each: {for: {value: v, index: i, in: [1, 2], steps: [{b: {next: break}}]}}
  - all:
      parallel:
        exception_policy: continueAll
        for: {value: w, range: [1, 3], steps: [{nap: {call: sys.sleep, args: [1]}}]}
  - sub: {call: mine, args: {e: "\${m}"}, result: n, next: last}
  - never:
      steps:
      - log:
          call: sys.log
          args:
            text: >-
              folded
              text
            severity: INFO
  - last: {return: ["\${n}", {x: null}]}
mine:
  params: [e, limit: 5]
  steps:
  - r: {return: "\${e == limit}"}
`;
const AS_JSON =
  '{"main": {"params": ["x"], "steps": [\n {"a": {"assign": [{"y": "${x + 1}"}]}},\n {"b": {"switch": [{"condition": "${y > 1}", "return": [1, {"k": "${y}"}]}], "next": "end"}}]}}\n';
const AS_LIST =
  '- a:\r\n    call: sys.get_env\r\n    args: [HOME]\r\n    result: x\r\n- b:\r\n    return: ${x}\r\n';

const TOKENS = /\s+|\$\{|[A-Za-z_][A-Za-z0-9_]*|\d+(?:\.\d+)?|[^\s]/gu;
const tokensOf = (text: string): string[] => text.match(TOKENS) ?? [];

const STRANGE = [
  ...['${', '}', '"', "'", ': ', '- ', '\t', '\n', '\n  ', '&a ', '*a', '[', ']', '{', ',', '|\n', '>\n'],
  ...['!!int ', '!!binary ', '%', '@', '#', '\\', '\u202e', '😀', '\0', '\n---\n', '<<', '? ', '~', '.', '“'],
  ...[
    '99999999999999999999',
    '.inf',
    'null',
    'true',
    'in',
    'for',
    'steps',
    'next',
    'parallel',
    'try',
    'range',
  ],
];

interface Mutation {
  readonly kind: 'delete' | 'duplicate' | 'replace' | 'insert';
  readonly at: number;
  readonly with: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom('delete' as const, 'duplicate' as const, 'replace' as const, 'insert' as const),
  at: fc.nat(),
  with: fc.oneof(
    fc.constantFrom(...STRANGE),
    fc.constantFrom(...tokensOf(TOUR)),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
});

function mutate(text: string, mutations: readonly Mutation[]): string {
  let tokens = tokensOf(text);
  for (const { kind, at, with: other } of mutations) {
    const place = at % (tokens.length + 1);
    const here = tokens[place] ?? '';
    const removed = kind === 'insert' || kind === 'duplicate' ? 0 : 1;
    const added = kind === 'delete' ? [] : [kind === 'duplicate' ? here : other];
    tokens = tokens.toSpliced(place, removed, ...added);
  }
  return tokens.join('');
}

describe('a definition with typing errors', () => {
  it.each([
    ['in blocks', TOUR],
    ['in JSON', AS_JSON],
    ['as a list of steps', AS_LIST],
  ])('%s is valid without them', (_what, source) => {
    expect(
      examine({ file: 'a.yaml', text: source }).findings.filter(({ level }) => level === 'error'),
    ).toEqual([]);
  });

  it('is deployed or refused, each refusal with a place in the file and a way out of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(TOUR, TOUR, AS_JSON, AS_LIST),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (source, mutations) => {
          const text = mutate(source, mutations);
          const { findings, program } = examine({ file: 'a.yaml', text });
          const lines = text.split(/\r\n|\n|\r/);
          for (const { span, help, message } of findings) {
            const length = lines[span.line - 1]?.length;
            expect(length, `line ${span.line} of: ${message}`).toBeDefined();
            expect(span.column).toBeGreaterThanOrEqual(1);
            expect(span.column).toBeLessThanOrEqual((length ?? 0) + 1);
            expect(span.end).toBeGreaterThan(span.column);
            expect(help, message).toBeTruthy();
          }
          const { paint } = keptStreams();
          findingsText(findings, [{ file: 'a.yaml', text }], paint.stdout);
          JSON.parse(findingsJson(findings));
          JSON.parse(findingsSarif(findings));
          if (program === undefined) {
            expect(findings.some(({ level }) => level === 'error')).toBe(true);
            expect(() => build(text)).toThrow(BuildError);
          } else {
            compileProgram(program);
            expect(mermaid(program, new Lines(text), 'TD')).toMatch(/^flowchart TD\n/);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
