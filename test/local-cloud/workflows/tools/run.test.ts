import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, type RunOptions } from '../../../../local-cloud/workflows/tools/run.ts';
import { sendJson, testServer, type TestServer } from '../support/server.ts';
import { keptStreams, main, withFiles } from './support.ts';

const OPTIONS: RunOptions = { env: {}, offline: false, trace: false, seed: 1, realTime: false };

interface Ran {
  readonly code: number;
  readonly result: unknown;
  readonly stderr: string;
}

async function ran(
  source: string,
  options: Partial<Omit<RunOptions, 'stubs'>> & { readonly stubs?: string } = {},
): Promise<Ran> {
  const { stubs, ...rest } = options;
  return withFiles({ 'flow.yaml': source, 'stubs.yaml': stubs ?? '' }, async (path) => {
    const streams = keptStreams();
    const files = stubs === undefined ? {} : { stubs: path('stubs.yaml') };
    const code = await run(path('flow.yaml'), { ...OPTIONS, ...rest, ...files }, streams);
    const folder = path('x').slice(0, -1);
    return {
      code,
      result: streams.stdout === '' ? undefined : (JSON.parse(streams.stdout) as unknown),
      stderr: streams.stderr.replaceAll(folder, ''),
    };
  });
}

describe('run', () => {
  it('prints the result as JSON, integers as they are', async () => {
    const { code, result } = await ran(main("s: {return: {n: '${args.n + 1}', big: 9007199254740993}}"), {
      data: '{"n": 1}',
    });
    expect(code).toBe(0);
    expect(result).toEqual({ n: 2, big: 9007199254740992 });
  });

  it('sleeps a year of virtual time at once', async () => {
    const source = main(
      "a: {assign: [{before: '${sys.now()}'}]}",
      'b: {call: sys.sleep, args: {seconds: 31536000}}',
      "c: {return: '${sys.now() - before}'}",
    );
    expect((await ran(source)).result).toBe(31_536_000);
  });

  it('lets branches sleep side by side', async () => {
    const source = main(
      "a: {assign: [{before: '${sys.now()}'}, {order: []}]}",
      `p: {parallel: {shared: [order], for: {value: s, in: [3, 1, 2], steps: [{z: {call: sys.sleep, args: {seconds: '\${s}'}}}, {o: {assign: [{order: '\${list.concat(order, s)}'}]}}]}}}`,
      "c: {return: {order: '${order}', took: '${sys.now() - before}'}}",
    );
    expect((await ran(source)).result).toEqual({ order: [1, 2, 3], took: 3 });
  });

  it('gives environment variables', async () => {
    const { result } = await ran(main(`s: {return: '\${sys.get_env("COLOUR")}'}`), {
      env: { COLOUR: 'green' },
    });
    expect(result).toBe('green');
    await expect(ran(main('s: {return: 1}'), { env: { GOOGLE_X: '1' } })).rejects.toThrow(/reserved/);
  });

  it('shows an error as the service does, with the line it is about', async () => {
    const { code, stderr } = await ran(main("s: {return: '${args.missing}'}"), { data: '{}' });
    expect(code).toBe(1);
    expect(stderr).toContain('in step "s", routine "main", line: 4');
    expect(stderr).toMatch(/payload: \{.*"tags":\["KeyError"\]/);
    expect(stderr).toContain('- step "s", routine "main" at flow.yaml:4:20');
    expect(stderr).toContain(
      "  4 |     - s: {return: '${args.missing}'}\n    |                    ^^^^^^^^^^^^^^^",
    );
  });

  it('refuses a definition that cannot be deployed', async () => {
    const { code, stderr } = await ran(main("s: {return: '${nope}'}"));
    expect(code).toBe(1);
    expect(stderr).toContain("symbol 'nope'");
  });

  it('ends a definition that loops for ever', async () => {
    const { code, stderr } = await ran(main('s: {next: s}'));
    expect(code).toBe(1);
    expect(stderr).toContain('ResourceLimitError');
  });

  it.each([
    ['bytes', "s: {return: '${text.encode(args)}'}", 'bytes cannot be encoded as JSON', 'TypeError'],
    ['infinity', 's: {return: .inf}', 'Infinity cannot be encoded as JSON', 'ValueError'],
  ])('fails, as the service does, when the result is %s', async (_what, step, reason, tag) => {
    const { code, stderr } = await ran(main(step), { data: '"x"' });
    expect(code).toBe(1);
    expect(stderr).toContain(`execution failed\ncontext:\n`);
    expect(stderr).toContain(reason);
    expect(stderr).toContain(`"tags":["${tag}"]`);
  });

  it('refuses an argument no execution may have', async () => {
    await expect(
      ran(main('s: {return: 1}'), { data: JSON.stringify('x'.repeat(32 * 1024)) }),
    ).rejects.toThrow("--data has 32770 bytes; an execution's argument may have 32768");
  });

  it('says what is wrong with --data', async () => {
    await expect(ran(main('s: {return: 1}'), { data: '{"a":' })).rejects.toThrow(/--data is not JSON/);
  });

  it('writes what sys.log says to stderr', async () => {
    const { stderr } = await ran(main('s: {call: sys.log, args: {text: hello, severity: NOTICE}}'));
    expect(stderr).toBe('log NOTICE: hello\n');
  });
});

describe('run with stubs', () => {
  const GET = main(
    "s: {try: {call: http.get, args: {url: 'https://a.example/x'}, result: r}, retry: '${http.default_retry}'}",
    "t: {return: '${r.body}'}",
  );

  it('answers HTTP requests, each stub as often as it says', async () => {
    const stubs = `http:
  - {url: 'https://a.example/*', error: ConnectionFailedError, times: 1}
  - {url: 'https://a.example/*', respond: {code: 503}, times: 1}
  - {method: get, url: 'https://a.example/x', respond: {body: {n: 1}}}`;
    expect((await ran(GET, { stubs, offline: true })).result).toEqual({ n: 1 });
  });

  it('answers connectors by name and arguments, also those the local cloud does not have', async () => {
    const source = main(
      's: {call: googleapis.bigquery.v2.jobs.query, args: {projectId: p, body: {query: q, more: 1}}, result: r}',
      `t: {return: ['\${r}', '\${googleapis.secretmanager.v1.projects.secrets.versions.accessString("key")}']}`,
    );
    const stubs = `connectors:
  - {call: googleapis.bigquery.*, args: {body: {query: other}}, respond: 1}
  - {call: googleapis.bigquery.*, args: {body: {query: q}}, respond: {rows: []}}
  - {call: '*.accessString', args: {secret_id: key}, respond: s3cret}`;
    expect((await ran(source, { stubs })).result).toEqual([{ rows: [] }, 's3cret']);
  });

  it('answers the Kubernetes connector too', async () => {
    const source = main(
      's: {call: gke.request, args: {cluster_id: c, method: GET, path: /api/v1/pods}, result: r}',
      "t: {return: '${r.body.items}'}",
    );
    const stubs =
      'connectors: [{call: gke.request, args: {path: /api/v1/pods}, respond: {body: {items: []}}}]';
    expect((await ran(source, { stubs })).result).toEqual([]);
    await expect(ran(source)).rejects.toThrow(/no stub answers gke\.request/);
  });

  it('raises the error a stub stands for', async () => {
    const source = main(
      "s: {try: {call: googleapis.storage.v1.objects.get, args: {bucket: b, object: o}}, except: {as: e, steps: [{t: {return: '${e}'}}]}}",
    );
    const stubs = 'connectors: [{call: "*", error: {tags: [HttpError], code: 404, message: gone}}]';
    expect((await ran(source, { stubs })).result).toEqual({
      tags: ['HttpError'],
      code: 404,
      message: 'gone',
    });
  });

  it('names the connector nothing answers and how to stub it, and no except catches that', async () => {
    const source = main(
      "s: {try: {call: googleapis.storage.v1.objects.get, args: {bucket: b, object: o}}, except: {as: e, steps: [{t: {return: '${e}'}}]}}",
    );
    await expect(ran(source)).rejects.toThrow(
      /in step "s", routine "main": no stub answers googleapis\.storage\.v1\.objects\.get; add one \(a file for --stubs\):\n {2}connectors:\n {4}- call: googleapis\.storage\.v1\.objects\.get\n {6}args: \{bucket: "b"\}/,
    );
  });

  it('makes no request when it is offline', async () => {
    await expect(ran(GET, { offline: true })).rejects.toThrow(
      /no stub answers GET https:\/\/a\.example\/x; add one/,
    );
  });

  it('says where a stub file has a typo', async () => {
    const stubs = 'http:\n  - url: x\n    repsond: {}\n';
    await expect(ran(GET, { stubs })).rejects.toThrow(
      /stubs\.yaml:3:5: http\[0\]: unknown key 'repsond'; did you mean respond\?/,
    );
    await expect(ran(GET, { stubs: 'http: [{url: x, respond: {code: 99}}]' })).rejects.toThrow(
      /stubs\.yaml:1:33: http\[0\]\.respond\.code: must be a whole number from 200 to 599/,
    );
    await expect(ran(GET, { stubs: 'connectors: &x [{call: a, respond: *x}]' })).rejects.toThrow(
      /stubs\.yaml:1:\d+: the anchor 'x' contains itself$/,
    );
    await expect(ran(GET, { stubs: '' })).rejects.toThrow(/stubs\.yaml:1:1: must be a map; it is empty$/);
    await expect(ran(GET, { stubs: '- 1' })).rejects.toThrow(/must be a map; it is a list$/);
    await expect(ran(GET, { stubs: `http: ${'['.repeat(20_000)}` })).rejects.toThrow(
      /^.*stubs\.yaml:1:\d+: it is nested too deeply to be read$/,
    );
    await expect(ran(GET, { stubs: 'http: [' })).rejects.toThrow(/stubs\.yaml:1:8: /);
  });
});

describe('run against a real server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer((asked, response) => {
      if (asked.url === '/hang') return;
      sendJson(response, 200, { path: asked.url, agent: asked.headers['user-agent'] });
    });
  });
  afterAll(() => server.close());

  it('really asks, as the service would', async () => {
    const { result } = await ran(
      main(
        `s: {call: http.get, args: {url: '${server.url}/a', query: {b: 1}}, result: r}`,
        "t: {return: '${r.body}'}",
      ),
    );
    expect(result).toEqual({
      path: '/a?b=1',
      agent: 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)',
    });
  });

  it('never sends credentials: a request with auth raises AuthError', async () => {
    const before = server.asked.length;
    const { code, stderr } = await ran(
      main(`s: {call: http.get, args: {url: '${server.url}/a', auth: {type: OIDC}}}`),
    );
    expect(code).toBe(1);
    expect(stderr).toContain('"AuthError"');
    expect(stderr).toContain('stub this request');
    expect(server.asked.length).toBe(before);
  });

  it('lets a request time out in real time while virtual time stands still', async () => {
    const source = main(
      "a: {assign: [{before: '${sys.now()}'}]}",
      `s: {try: {call: http.get, args: {url: '${server.url}/hang', timeout: 0.05}}, except: {as: e, steps: [{t: {return: ['\${e.tags}', '\${sys.now() - before}']}}]}}`,
    );
    expect((await ran(source)).result).toEqual([['TimeoutError'], 0]);
  });
});

describe('run --trace', () => {
  it('prints each step with its place, and what it changed', async () => {
    const source = main(
      'a: {assign: [{x: 1}, {y: [1, 2]}]}',
      "f: {for: {value: v, in: '${y}', steps: [{b: {assign: [{x: '${x + v}'}]}}]}}",
      "s: {switch: [{condition: '${x > 3}', next: c}]}",
      "c: {return: '${x}'}",
    );
    const { stderr } = await ran(source, { trace: true });
    expect(stderr).toBe(`main.a assign flow.yaml:4:7
  args = null
  x = 1
  y = [1,2]
main.f for flow.yaml:5:7
  round 1 of 2
    main.b assign flow.yaml:5:48
      v = 1
      x = 2
  round 2 of 2
    main.b assign flow.yaml:5:48
      v = 2
      x = 4
main.s switch flow.yaml:6:7
  condition 1 holds
main.c return flow.yaml:7:7
`);
  });

  it('tells what a step raised and where it was caught', async () => {
    const source = main(
      "a: {try: {call: sys.sleep, args: {seconds: -1}}, except: {as: e, steps: [{b: {return: '${e.message}'}}]}}",
    );
    const { stderr } = await ran(source, { trace: true });
    expect(stderr).toMatch(/raised .*seconds must be/);
    expect(stderr).toMatch(/except: \{.*ValueError/);
  });
});
