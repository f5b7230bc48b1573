import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { test as runTests, type TestOptions } from '../../../../local-cloud/workflows/tools/test.ts';
import { recordedTestSchema } from '../../../../local-cloud/workflows/tools/test-file.ts';
import { keptStreams, main, withFiles } from './support.ts';

const FLOW = main(
  "get: {try: {call: http.get, args: {url: '${\"https://a.example/\" + args.item}', query: {q: 1}}, result: r}, retry: '${http.default_retry}'}",
  'say: {call: sys.log, args: {json: {item: "${args.item}", price: "${r.body.price}"}, severity: INFO}}',
  'put: {call: googleapis.storage.v1.objects.insert, args: {bucket: b, name: n, uploadType: media, body: "${string(r.body.price)}"}, result: o}',
  'end_: {return: {price: "${r.body.price}", id: "${o.id}", at: "${time.format(sys.now())}"}}',
);

const STUBS = `
      http:
        - {url: 'https://a.example/apple*', respond: {code: 503}, times: 1}
        - {url: 'https://a.example/apple?q=1', respond: {body: {price: 3}}}
      connectors: [{call: googleapis.storage.v1.objects.insert, respond: {id: x}}]`;

const testFile = (expected: string, stubs = STUBS): string => `workflow: flow.yaml
tests:
  - name: buys an apple
    argument: {item: apple}
    now: 2026-05-06T07:08:09Z
    stubs: ${stubs}
    expect:
${expected.replace(/^/gm, '      ')}
`;

async function tested(
  file: string,
  options: TestOptions = {},
): Promise<{ code: number; text: string; junit: string }> {
  return withFiles({ 'flow.yaml': FLOW, 'flow.test.yaml': file, 'junit.xml': '' }, async (path) => {
    const streams = keptStreams();
    const report = path('junit.xml');
    const code = await runTests(
      [path('x').slice(0, -2)],
      { ...options, output: [{ format: 'junit', path: report }] },
      streams,
    );
    return { code, text: streams.stdout, junit: readFileSync(report, 'utf8') };
  });
}

const PASSING = `result: {price: 3, id: x, at: '2026-05-06T07:08:10.000000Z'}
calls:
  - {call: http.get, args: {url: https://a.example/apple}}
  - {call: http.get, args: {query: {q: 1}}}
  - {call: googleapis.storage.v1.objects.insert, args: {body: '3'}}
logs: [{severity: INFO, json: {price: 3}}]`;

describe('test', () => {
  it('passes when result, calls and logs are as expected, with retries in virtual time', async () => {
    const { code, text, junit } = await tested(testFile(PASSING));
    expect(text).toContain('ok    buys an apple');
    expect(code).toBe(0);
    expect(junit).toMatch(/<testsuites tests="1" failures="0"/);
  });

  it.each([
    [
      'result',
      'result: {price: 4, id: x}',
      ['at result.price', 'want 4', 'have 3', 'at result.at', 'want (nothing)'],
    ],
    [
      'an error that did not come',
      'error: {tags: [KeyError]}',
      ['at error', 'want {"tags":["KeyError"]}', 'have no error'],
    ],
    [
      'a call too many',
      'calls: [{call: http.get}, {call: http.get}]',
      ['at calls[2]', 'want (nothing)', 'have googleapis.storage.v1.objects.insert'],
    ],
    [
      'a call that did not come',
      'calls: [{call: http.get}, {call: http.get}, {call: "googleapis.storage.v1.objects.insert"}, {call: http.post}]',
      ['at calls[3]', 'want http.post', 'have (nothing)'],
    ],
    [
      'an argument',
      'calls: [{call: http.get, args: {url: u}}, {call: http.get}, {call: googleapis.storage.v1.objects.insert}]',
      ['at calls[0].args.url', 'want "u"', 'have "https://a.example/apple"'],
    ],
    [
      'a log line',
      'logs: [{text: hello}]',
      ['at logs[0]', 'want {"text":"hello"}', 'have INFO {"item":"apple","price":3}'],
    ],
  ])('shows want and have of %s', async (_what, expected, parts) => {
    const { code, text, junit } = await tested(testFile(expected));
    expect(code).toBe(1);
    for (const part of parts) expect(text).toContain(part);
    expect(text).toContain('1 failed');
    expect(junit).toContain('<failure message="not as expected at ');
  });

  it('compares what an error must hold, and shows the error nobody expected', async () => {
    const stubs = `{http: [{url: '*', error: {tags: [HttpError], code: 404, message: gone, body: none}}]}`;
    expect((await tested(testFile('error: {tags: [HttpError], code: 404}', stubs))).code).toBe(0);
    const wrong = await tested(testFile('error: {tags: [TimeoutError], code: 500}', stubs));
    for (const part of ['at error.tags', 'want ["TimeoutError"]', 'at error.code', 'want 500', 'have 404']) {
      expect(wrong.text).toContain(part);
    }
    const unexpected = await tested(testFile('result: 1', stubs));
    expect(unexpected.text).toContain('have error {"body":"none","code":404,');
    expect(unexpected.text).toContain('in step "get", routine "main"');
  });

  it('fails a call that no stub answers, and makes none for real', async () => {
    const { code, text } = await tested(testFile('result: 1', '{}'));
    expect(code).toBe(1);
    expect(text).toContain('no stub answers GET https://a.example/apple?q=1; add one:');
    expect(text).toContain('(in step "get", routine "main")');
  });

  it('gives the same order of branches for the same seed', async () => {
    const source = main(
      'a: {assign: [{order: []}]}',
      `p: {parallel: {shared: [order], for: {value: v, range: [1, 5], steps: [{x: {assign: [{y: '\${v}'}]}}, {o: {assign: [{order: '\${list.concat(order, y)}'}]}}]}}}`,
      "r: {return: '${order}'}",
    );
    const orderOf = (seed: number) =>
      withFiles(
        {
          'f.yaml': source,
          'f.test.yaml': `workflow: f.yaml\ntests: [{name: n, seed: ${seed}, expect: {result: x}}]`,
        },
        async (path) => {
          const streams = keptStreams();
          await runTests([path('f.test.yaml')], {}, streams);
          return /have (\[.*\])/.exec(streams.stdout)?.[1];
        },
      );
    expect(await orderOf(7)).toBe(await orderOf(7));
    const orders = new Set(await Promise.all([1, 2, 3, 4, 5, 6].map(orderOf)));
    expect(orders.size).toBeGreaterThan(1);
  });

  it('runs only the tests --filter names', async () => {
    expect((await tested(testFile(PASSING), { filter: 'apple' })).code).toBe(0);
    await expect(tested(testFile(PASSING), { filter: 'pear' })).rejects.toThrow(
      'no test has "pear" in its name',
    );
  });

  it.each([
    [
      'a typo',
      testFile('reslut: 1'),
      /flow\.test\.yaml:12:7: tests\[0\]\.expect: unknown key 'reslut'; did you mean result\?$/,
    ],
    ['nothing expected', testFile('{}'), /needs at least one of result, error, calls and logs/],
    ['both ends', testFile('{result: 1, error: {}}'), /cannot have both result and error/],
    [
      'a time that is none',
      testFile('result: 1').replace('2026-05-06T07:08:09Z', 'yesterday'),
      /tests\[0\]\.now: must be a time/,
    ],
    ['no tests', 'workflow: flow.yaml\ntests: []\n', /needs at least one test/],
    [
      'a workflow that is missing',
      testFile('result: 1').replace('flow.yaml', 'flaw.yaml'),
      /flow\.test\.yaml: its workflow: .*flaw\.yaml does not exist/,
    ],
    ['a number for a path', 'workflow: 5\ntests: []\n', /:1:11: workflow: must be text; it is a number/],
    ['a list', '- 1\n', /:1:1: must be a map; it is a list$/],
    [
      'an argument no execution may have',
      testFile('result: 1').replace(/argument: .*/, `argument: ${'x'.repeat(40_000)}`),
      /the argument of test "buys an apple" has 40002 bytes/,
    ],
  ])('refuses %s, with its place', async (_what, file, pattern) => {
    await expect(tested(file)).rejects.toThrow(pattern);
  });

  it('says so when a folder has no tests', async () => {
    await withFiles({ 'a.yaml': '' }, (path) =>
      expect(runTests([path('x').slice(0, -2)], {}, keptStreams())).rejects.toThrow(
        /no \*\.test\.yaml files in/,
      ),
    );
  });

  it('writes XML that any text can stand in', async () => {
    const { junit } = await tested(
      testFile('result: "\\u0001]]>\\ud800 <&\\" \\n"').replace('buys an apple', 'a <b> & "c"'),
    );

    expect(junit).not.toMatch(/[\x00-\x08]|]]>/);
    expect(junit).toContain('name="a &#60;b&#62; &#38; &#34;c&#34;"');
  });
});

describe('the tests of a definition we generate', () => {
  it('pass', async () => {
    const streams = keptStreams();
    const folder = join(import.meta.dirname, '..', '..', '..', 'workflow-defs');
    expect(await runTests([folder], {}, streams), streams.stdout).toBe(0);
    expect(streams.stdout).toMatch(/[1-9]\d* passed/);
  });
});

describe('the JSON Schema of test files', () => {
  it('stands in the repository as it is generated', () => {
    const path = join(import.meta.dirname, '..', '..', '..', '..', recordedTestSchema.path);
    expect(readFileSync(path, 'utf8'), 'run: node scripts/workflow-test-schema.ts').toBe(
      recordedTestSchema.text(),
    );
  });
});
