/** The health check against small servers that behave well and badly. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkHealth } from '../../cloudbuild-steps/health-check.ts';
import type { Context } from '../../cloudbuild-steps/step.ts';
import { NOBODY } from '../support/nobody.ts';
import { listen } from './bench.ts';

const context: Context = { env: {}, workspace: '.', log: () => undefined };
let asked = 0;
let failures = 0;

const ROUTES: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/ok': (_, response) => response.end('fine'),
  '/broken': (_, response) => response.writeHead(500).end('stack trace of the tenant'),
  '/flaky': (_, response) => response.writeHead(++asked > failures ? 204 : 503).end(),
  '/huge': (_, response) => response.end(Buffer.alloc(65 * 1024)),
  '/limit': (_, response) => response.end(Buffer.alloc(64 * 1024)),
  '/once': (_, response) => response.writeHead(302, { location: '/ok' }).end(),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/away': (_, response) => response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end(),
  '/reset': (request) => request.socket.destroy(),
};
const server = createServer((request, response) => ROUTES[request.url ?? '']?.(request, response));
let url = '';
beforeAll(async () => {
  url = `http://${await listen(server)}`;
});
afterAll(() => void server.close());

const ask = (path: string, attempts = 1) => checkHealth({ url, path, attempts, intervalSeconds: 0 }, context);

test.each<[string, string, object]>([
  ['2xx is healthy', '/ok', { healthy: true, code: 200, reason: 'answered 200 OK' }],
  ['a body of 64 KB is taken', '/limit', { healthy: true, code: 200 }],
  ['500 is unhealthy, and its body is nobody’s business', '/broken', { healthy: false, code: 500, reason: 'answered 500 Internal Server Error' }],
  ['a larger body is not read to its end', '/huge', { healthy: false, code: 200, reason: 'answered 200 with more than 64 KB' }],
  ['a redirect on the same host is followed', '/once', { healthy: true, code: 200 }],
  ['a third redirect is not', '/loop', { healthy: false, code: 302, reason: 'redirects more than 2 times' }],
  ['nor one to another host', '/away', { healthy: false, code: 302, reason: 'redirects to another host, elsewhere.invalid' }],
  ['a broken connection is unhealthy without a code', '/reset', { healthy: false, code: null, reason: expect.stringContaining('cannot be reached') as string }],
])('%s', async (_, path, result) => {
  expect(await ask(path)).toEqual(
    expect.objectContaining({ url: `${url}${path}`, checkedAt: expect.stringMatching(/Z$/) as string, ...result }),
  );
}); // prettier-ignore

test('asks again until it is healthy, at most as often as told', async () => {
  [asked, failures] = [0, 2];
  expect(await ask('/flaky', 3)).toMatchObject({ healthy: true, code: 204 });
  [asked, failures] = [0, 9];
  expect(await ask('/flaky', 3)).toMatchObject({ healthy: false, code: 503 });
  expect(asked).toBe(3);
});

test('a refused connection is a result, with the reason', async () => {
  expect(await checkHealth({ url: `http://${NOBODY}`, attempts: 1 }, context)).toMatchObject({
    healthy: false,
    code: null,
    reason: expect.stringContaining('ECONNREFUSED') as string,
  });
});

test.each([
  'http://169.254.169.254',
  'http://metadata.google.internal',
  'http://[fe80::1]',
  'file:///etc/passwd',
  'x',
])('refuses to ask %s', async (hostile) => {
  await expect(checkHealth({ url: hostile }, context)).rejects.toThrow('the input is not valid: url: must ');
});
