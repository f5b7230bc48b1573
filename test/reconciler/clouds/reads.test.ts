import { afterEach, describe, expect, it } from 'vitest';
import { directReads } from '../../../reconciler/clouds/reads.ts';
import { impatientClock, restAt } from '../../support/clients.ts';
import { answer, googleError, httpServer, type TestServer } from '../../support/http.ts';
import { NOBODY } from '../../support/nobody.ts';

describe('a direct read', () => {
  let server: TestServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function readFrom(handle: Parameters<typeof httpServer>[0]) {
    server = await httpServer(handle);
    const clock = impatientClock();
    return directReads(restAt(server.url, clock), clock).get(
      { service: 'compute', path: '/compute/v1/thing?x=secret' },
      Infinity,
    );
  }

  it('is present with what the owning API answered', async () => {
    expect(await readFrom((_, response) => answer(response, 200, { name: 'n' }))).toMatchObject({
      state: 'present',
      value: { name: 'n' },
      source: 'compute',
    });
  });

  it('is absent when the API itself says 404', async () => {
    const reading = await readFrom((_, response) =>
      answer(response, 404, googleError(404, 'was not found', 'notFound')),
    );
    expect(reading.state).toBe('absent');
  });

  it('is unreadable when the answer does not end, and takes in no more of it than a bound', async () => {
    let sent = 0;
    const megabyte = Buffer.alloc(1024 * 1024, 0x20);
    const reading = await readFrom((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = (): void => {
        while (sent < 100 && !response.destroyed) {
          sent += 1;
          if (!response.write(megabyte)) return void response.once('drain', more);
        }
        if (!response.destroyed) response.end('{}');
      };
      more();
    });
    expect(reading).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('larger than 8 MiB') as string,
    });
    expect(sent).toBeLessThan(100);
  });

  const failures: readonly [string, Parameters<typeof httpServer>[0]][] = [
    ['a 403', (_, response) => answer(response, 403, googleError(403, 'denied'))],
    ['a 401', (_, response) => answer(response, 401, googleError(401))],
    ['a 429 that does not end', (_, response) => answer(response, 429, googleError(429))],
    ['a 500 that does not end', (_, response) => answer(response, 500, googleError(500))],
    ['a 404 that is not the API speaking', (_, response) => answer(response, 404, '<html>not here</html>')],
    ['a 200 that is not JSON', (_, response) => answer(response, 200, '<html>ok</html>')],
    ['a 200 cut in the middle', (_, response) => answer(response, 200, '{"name": "n", "nats": [')],
    ['a dropped connection', (request) => request.socket.destroy()],
  ];
  for (const [what, handle] of failures) {
    it(`is unreadable, never absent, after ${what}`, async () => {
      const reading = await readFrom(handle);
      expect(reading.state).toBe('unreadable');
      expect(reading).not.toHaveProperty('value');
    });
  }

  it('is unreadable when nothing listens, and says so', async () => {
    const clock = impatientClock();
    const reading = await directReads(restAt(`http://${NOBODY}`, clock), clock).get(
      { service: 'iam', path: '/v1/x' },
      Infinity,
    );
    expect(reading).toMatchObject({
      state: 'unreadable',
      reason: expect.stringContaining('ECONNREFUSED') as string,
    });
  });

  it('never shows a query string, where tokens hide', async () => {
    const reading = await readFrom((_, response) => answer(response, 403, googleError(403, 'denied')));
    expect(JSON.stringify(reading)).not.toContain('secret');
  });

  it('tries again after a passing 503, with growing pauses, and then believes the answer', async () => {
    server = await httpServer((_, response, nth) =>
      nth < 3 ? answer(response, 503, googleError(503)) : answer(response, 200, { name: 'n' }),
    );
    const clock = impatientClock();
    const reading = await directReads(restAt(server.url, clock), clock).get(
      { service: 'compute', path: '/x' },
      Infinity,
    );
    expect(reading.state).toBe('present');
    expect(clock.slept).toEqual([200, 400]);
  });

  it('takes compute quota, which shows as 403 rateLimitExceeded, for throttling', async () => {
    const reading = await readFrom((_, response, nth) =>
      nth === 1
        ? answer(response, 403, googleError(403, 'Rate Limit Exceeded', 'rateLimitExceeded'))
        : answer(response, 200, {}),
    );
    expect(reading.state).toBe('present');
  });
});
