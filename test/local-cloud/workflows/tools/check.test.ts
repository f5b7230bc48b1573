import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { check, type CheckOptions } from '../../../../local-cloud/workflows/tools/check.ts';
import { examine } from '../../../../local-cloud/workflows/tools/examine.ts';
import { keptStreams, main, withFiles } from './support.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'golden', 'workflow-defs');

async function checked(
  files: Readonly<Record<string, string | Buffer>>,
  options: Partial<CheckOptions> = {},
): Promise<{ code: number; text: string }> {
  return withFiles(files, (path) => {
    const streams = keptStreams();
    const code = check(
      Object.keys(files).map(path),
      { output: 'text', warningsAsErrors: false, ...options },
      streams,
    );
    return { code, text: streams.stdout.replaceAll(path('x').slice(0, -1), '') };
  });
}

const errorsOf = (text: string) =>
  examine({ file: 'f.yaml', text }).findings.filter(({ level }) => level === 'error');

describe('check', () => {
  it('shows place, line, caret and how to put it right', async () => {
    const { code, text } = await checked({
      'a.yaml': main('init: {assign: [{name: x}]}', "s: {return: '${nmae}'}"),
    });
    expect(code).toBe(1);
    expect(text).toBe(
      [
        "a.yaml:4:24: warning: in step init: variable 'name' is never read [unused-variable]",
        '  4 |     - init: {assign: [{name: x}]}',
        '    |                        ^^^^',
        '  fix: remove it; a name that starts with _ is taken for meant',
        '',
        "a.yaml:5:22: error: in step s: error evaluating return value: symbol 'nmae' is neither a variable nor a sub-workflow name [unknown-symbol]",
        "  5 |     - s: {return: '${nmae}'}",
        '    |                      ^^^^',
        '  fix: did you mean name?',
        '',
        '1 file checked: 1 error, 1 warning',
        '',
      ].join('\n'),
    );
  });

  it('shows the findings of all files, and ends with 0 when there are only warnings', async () => {
    const warned = await checked({
      'a.yaml': main('s: {assign: [{x: 1}]}'),
      'b.yaml': main('s: {assign: [{y: 1}]}'),
    });
    expect(warned.code).toBe(0);
    expect(warned.text).toContain("variable 'x'");
    expect(warned.text).toContain("variable 'y'");
    const strict = await checked({ 'a.yaml': main('s: {assign: [{x: 1}]}') }, { warningsAsErrors: true });
    expect(strict.code).toBe(1);
    expect(strict.text).toContain('error: in step s');
  });

  it('finds what is behind a broken expression too', () => {
    const rules = errorsOf(main("s: {return: '${1 + }'}", "t: {return: '${nope}'}", 'u: {next: nowhere}'));
    expect(rules.map(({ rule }) => rule)).toEqual(['expression-syntax', 'unknown-symbol', 'unknown-step']);
  });

  it.each([
    ['unknown-symbol', main("s: {return: '${x}'}"), 'x'],
    ['unknown-function', main('s: {call: htpp.get, args: {url: u}}'), 'htpp.get'],
    ['blocking-call', main(`s: {return: '\${http.get("u")}'}`), 'http.get'],
    [
      'unshared-write',
      main(
        's: {assign: [{x: 1}]}',
        "p: {parallel: {for: {value: v, in: [1], steps: [{a: {assign: [{x: '${v}'}]}}]}}}",
      ),
      'x',
    ],
    ['wrong-arguments', main('s: {call: sys.sleep, args: {secnods: 1}}'), 's'],
    [
      'jump-across-border',
      main('f: {for: {value: v, in: [1], steps: [{a: {next: z}}]}}', 'z: {return: 1}'),
      'z',
    ],
    ['unknown-step', main('s: {next: t}'), 't'],
    ['misplaced-jump', main('s: {next: break}'), 'break'],
    ['duplicate-step', main('s: {return: 1}', 's: {return: 1}'), 's: {return: 1}'],
    ['expression-token', main(`s: {return: '\${“x”}'}`), '${“x”}'],
    ['expression-syntax', main(`s: {return: '\${1 +}'}`), '${1 +}'],
    ['expression-too-long', main(`s: {return: '\${"${'x'.repeat(400)}"}'}`), '${"'],
    ['yaml-syntax', 'main: {steps: [', ''],
    ['unknown-key', 'main: {stpes: [{s: {return: 1}}]}', 'stpes'],
    ['unknown-step-type', main('s: {retrun: 1}'), '{retrun: 1}'],
    [
      'for-under-try',
      main('s: {try: {for: {value: v, in: [1], steps: [{a: {return: 1}}]}, retry: "${http.default_retry}"}}'),
      '{for:',
    ],
    ['missing-main', 'sub: {steps: [{s: {return: 1}}]}', 'sub'],
    ['source-too-large', `# ${'x'.repeat(140_000)}\n`, ''],
  ])('calls it %s and points at it', (rule, text, at) => {
    const [first] = errorsOf(text).filter((finding) => finding.rule === rule);
    expect(errorsOf(text).map((finding) => finding.rule)).toContain(rule);
    expect(first?.help).toBeTruthy();
    const { line, column } = first?.span ?? { line: 0, column: 0 };
    expect(text.split('\n')[line - 1]?.slice(column - 1, column - 1 + at.length)).toBe(at);
  });

  it('measures columns in characters, whatever the bytes are', () => {
    const text = main(`s: {return: '\${"é日本😀" + nope}'}`);
    const [finding] = errorsOf(text);
    expect(text.split('\n')[3]?.slice((finding?.span.column ?? 0) - 1, (finding?.span.end ?? 0) - 1)).toBe(
      'nope',
    );
  });

  it('finds nothing the service would refuse in the definitions we generate', () => {
    const files = readdirSync(GOLDEN)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => join(GOLDEN, name));
    const streams = keptStreams();
    expect(files.length).toBeGreaterThan(3);
    expect(check(files, { output: 'text', warningsAsErrors: false }, streams), streams.stdout).toBe(0);
  });
});

describe('check for programs', () => {
  const BAD = { 'a b.yaml': main("s: {return: '${nope}'}", 't: {assign: [{x: 1}]}') };

  it('writes one JSON document', async () => {
    const { text } = await checked(BAD, { output: 'json' });
    const { findings } = JSON.parse(text) as { findings: Record<string, unknown>[] };
    expect(findings[0]).toMatchObject({
      line: 4,
      column: 22,
      endColumn: 26,
      level: 'error',
      rule: 'unknown-symbol',
      step: 's',
    });
    expect(findings.map(({ rule }) => rule)).toContain('unused-variable');
  });

  it('writes SARIF 2.1.0', async () => {
    const message = z.strictObject({ text: z.string().min(1) });
    const level = z.enum(['error', 'warning']);
    const position = z.int().min(1);
    // The parts of the published schema that we use, with nothing else allowed.
    const sarif = z.strictObject({
      $schema: z.url(),
      version: z.literal('2.1.0'),
      runs: z.tuple([
        z.strictObject({
          tool: z.strictObject({
            driver: z.strictObject({
              name: z.string(),
              rules: z.array(
                z.strictObject({
                  id: z.string(),
                  defaultConfiguration: z.strictObject({ level }),
                  shortDescription: message,
                  help: message.optional(),
                }),
              ),
            }),
          }),
          columnKind: z.literal('utf16CodeUnits'),
          results: z.array(
            z.strictObject({
              ruleId: z.string(),
              ruleIndex: z.int().min(0),
              level,
              message,
              locations: z.tuple([
                z.strictObject({
                  physicalLocation: z.strictObject({
                    artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w./:%~-]+$/) }),
                    region: z.strictObject({
                      startLine: position,
                      startColumn: position,
                      endLine: position,
                      endColumn: position,
                    }),
                  }),
                }),
              ]),
            }),
          ),
        }),
      ]),
    });
    const { text } = await checked(BAD, { output: 'sarif' });
    const [run] = sarif.parse(JSON.parse(text)).runs;
    expect(run.results.length).toBeGreaterThan(1);
    for (const { ruleId, ruleIndex } of run.results)
      expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(run.results[0]?.locations[0].physicalLocation.artifactLocation.uri).toMatch(/a%20b\.yaml$/);
  });
});

describe('check of what is no workflow', () => {
  it.each([
    ['a file of 10 MB', `- a: {return: "${'x'.repeat(10_000_000)}"}`, /source is \d+ bytes/],
    ['an anchor inside itself', '- a: &x\n    return: [1, *x]\n', /contains itself/],
    ['20,000 levels', `- a:\n    return: ${'['.repeat(20_000)}`, /nested/],
    ['an empty file', '', /source is empty/],
    ['zero bytes', '\0\u0001', /must be a list of steps|parse error/],
    ['two documents', '- a: {return: 1}\n---\n- b: {return: 1}\n', /one document/],
  ])('says in one line what is wrong with %s', async (_what, text, pattern) => {
    const { code, text: printed } = await checked({ 'a.yaml': text });
    expect(code).toBe(1);
    expect(printed).toMatch(pattern);
    expect(printed.length).toBeLessThan(1500);
  });

  it('keeps control characters of a file away from the terminal', async () => {
    const { text } = await checked({ 'a.yaml': main("s\u009b31m: {return: '${x\u001b[31m}'}") });

    expect(text).not.toMatch(/[\u001b\u009b]/);
  });

  it('names the first byte that is not UTF-8', async () => {
    const files = {
      'a.yaml': Buffer.concat([Buffer.from('- é:\n    return: "é'), Buffer.from([0xe9, 0x22])]),
    };
    await expect(checked(files)).rejects.toThrow(/a\.yaml:2:15: the file is not UTF-8/);
  });

  it('names a file that is missing, before anything else', () => {
    expect(() => check(['nowhere.yaml'], { output: 'text', warningsAsErrors: false }, keptStreams())).toThrow(
      'nowhere.yaml does not exist',
    );
  });
});
