import { afterEach, describe, expect, it } from 'vitest';
import { NOBODY } from '../../../support/nobody.ts';
import { execute, tagOf, testHost } from '../support/host.ts';
import { sendJson, testServer, type Answerer, type TestServer } from '../support/server.ts';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const start = async (answer: Answerer): Promise<TestServer> => (server = await testServer(answer));

/** One call step with these arguments (in flow style), given back whole or as the error it raised. */
const call = (fn: string, args: string): string => `
main:
  params: [url]
  steps:
  - c:
      try: {call: ${fn}, args: ${args}, result: r}
      except: {as: e, steps: [{f: {return: {error: "\${e}"}}}]}
  - r: {return: "\${r}"}`;

describe('http requests', () => {
  it('send JSON by default and decode JSON answers', async () => {
    const { url, asked } = await start((_asked, response) => sendJson(response, 200, { n: 1, d: 1.5 }));
    const { result } = await execute(
      call('http.post', '{url: "${url}", body: {a: [1]}, query: {q: [1, x], s: "a b"}, headers: {X-One: 1}}'),
      url,
    );
    expect(result).toMatchObject({
      body: { n: 1, d: 1.5 },
      code: 200,
      headers: { 'Content-Type': 'application/json', 'X-Trace-Id': 't' },
    });
    expect(asked[0]).toMatchObject({ method: 'POST', url: '/?q=1&q=x&s=a+b', body: '{"a":[1]}' });
    expect(asked[0]?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)',
      'x-one': '1',
    });
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it('carry a token only when auth is asked for', async () => {
    const { url, asked } = await start((_asked, response) => sendJson(response, 200, {}));
    await execute(call('http.get', '{url: "${url}", auth: {type: OAuth2, scopes: [a]}}'), url);
    expect(asked[0]?.headers.authorization).toBe('Bearer token');
  });

  it.each([
    ['text/plain; charset=utf-8', 'hello', 'hello'],
    ['application/octet-stream', 'hello', 'aGVsbG8='],
    ['application/vnd.api+json', '[1]', [1]],
  ])('decode %s', async (type, body, want) => {
    const { url } = await start((_asked, response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    );
    const { result } = await execute(call('http.get', '{url: "${url}"}'), url);
    expect(result).toMatchObject({ body: want });
  });

  it('raise HttpError with the answer in it', async () => {
    const { url } = await start((_asked, response) => sendJson(response, 404, { why: 'gone' }));
    const { result } = await execute(call('http.get', '{url: "${url}"}'), url);
    expect(result).toMatchObject({
      error: {
        tags: ['HttpError'],
        message: 'HTTP server responded with error code 404',
        code: 404,
        body: { why: 'gone' },
        headers: { 'Content-Type': 'application/json' },
      },
    });
  });

  it('follow redirects on this machine', async () => {
    const { url } = await start((asked, response) => {
      if (asked.url === '/there') sendJson(response, 200, 'arrived');
      else response.writeHead(302, { location: '/there' }).end();
    });
    expect((await execute(call('http.get', '{url: "${url}"}'), url)).result).toMatchObject({
      body: 'arrived',
    });
  });

  it('tell a refused connection from a broken one', async () => {
    const { url } = await start((_asked, response) => response.destroy());
    expect((await execute(call('http.get', '{url: "${url}"}'), url)).result).toMatchObject({
      error: { tags: ['ConnectionError'] },
    });
    const nobody = `http://${NOBODY}`;
    expect((await execute(call('http.get', '{url: "${url}"}'), nobody)).result).toMatchObject({
      error: { tags: ['ConnectionFailedError'] },
    });
  });

  it.each([
    ['a server that speaks no TLS', (url: string) => url.replace('http:', 'https:')],
    ['a port that nothing asks', () => 'http://127.0.0.1:9/'],
  ])('never were connected to %s', async (_what, urlOf) => {
    const { url } = await start((_asked, response) => response.end());
    expect((await execute(call('http.get', '{url: "${url}"}'), urlOf(url))).result).toMatchObject({
      error: { tags: ['ConnectionFailedError'] },
    });
  });

  it('end with TimeoutError when no answer comes in time', async () => {
    const host = testHost();
    // The request has come, so the deadline is running.
    const { url } = await start(() => void host.clock.advance(30_000));
    const { result } = await execute(call('http.get', '{url: "${url}", timeout: 30}'), url, host);
    expect(result).toMatchObject({ error: { tags: ['TimeoutError'] } });
  });

  it('end the execution when the answer is larger than 2 MB', async () => {
    const { url } = await start((_asked, response) => response.end('x'.repeat(2 * 1024 * 1024 + 1)));
    expect(await tagOf(execute(call('http.get', '{url: "${url}"}'), url))).toBe('ResourceLimitError');
  });

  it.each([
    ['http.get', '{url: "not a url"}', 'ValueError'],
    ['http.get', '{url: "${url}", timeout: 1801}', 'ValueError'],
    ['http.get', '{url: "${url}", auth: {type: Basic}}', 'ValueError'],
    ['http.get', '{url: "${url}", query: {a: {}}}', 'TypeError'],
    ['http.get', '{url: "${url}", private_service_name: nope}', 'ValueError'],
    ['http.post', '{url: "${url}", body: {}, headers: {Content-Type: text/plain}}', 'TypeError'],
    ['http.request', '{url: "${url}", method: BREW}', 'ValueError'],
  ])('refuse %s %s', async (fn, args, tag) => {
    const { result } = await execute(call(fn, args), 'http://127.0.0.1:9');
    expect(result).toMatchObject({ error: { tags: [tag] } });
  });
});

describe('where requests may go', () => {
  it("reach Google's hosts at the local services", async () => {
    const { url, asked } = await start((_asked, response) => sendJson(response, 200, {}));
    for (const name of ['run.googleapis.com', 'us-central1-run.googleapis.com']) {
      const host = testHost();
      host.endpoints.set('run', url);
      await execute(call('http.get', `{url: "https://${name}/v2/x?y=1"}`), null, host);
    }
    expect(asked.map((one) => one.url)).toEqual(['/v2/x?y=1', '/v2/x?y=1']);
  });

  it.each([
    'https://example.com/',
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'https://pubsub.googleapis.com/v1/x',
  ])('never reach %s', async (url) => {
    const { result } = await execute(call('http.get', '{url: "${url}"}'), url);
    expect(result).toMatchObject({ error: { tags: ['ConnectionFailedError'] } });
  });
});
