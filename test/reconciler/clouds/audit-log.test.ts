import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLogOf } from '../../../reconciler/clouds/audit-log.ts';
import { CloudError } from '../../../reconciler/ports.ts';
import { impatientClock, restAt } from '../../support/clients.ts';
import { AT } from '../../support/have.ts';
import { answer, googleError, httpServer, type TestServer } from '../../support/http.ts';

describe('a read of an audit log', () => {
  let server: TestServer;
  let body = '';
  let reply: [status: number, body: unknown, date?: string];
  beforeAll(async () => {
    server = await httpServer((request, response) => {
      body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const [status, said, date] = reply;
        response.sendDate = false;
        if (date !== undefined) response.setHeader('date', date);
        answer(response, status, said);
      });
    });
  });
  afterAll(() => server.close());

  const read = () => auditLogOf(restAt(server.url), impatientClock()).read('acme-prod-1', 'severity>=NOTICE');

  it('asks one project for the newest entries, as many as the service gives', async () => {
    reply = [200, {}];
    await read();
    expect(server.requests.at(-1)).toBe('POST /v2/entries:list');
    expect(JSON.parse(body)).toEqual({
      resourceNames: ['projects/acme-prod-1'],
      filter: 'severity>=NOTICE',
      orderBy: 'timestamp desc',
      pageSize: 1000,
    });
  });

  it('gives the entries, whether there are more, and the time by the log’s own clock', async () => {
    reply = [200, { entries: [{ insertId: '1' }], nextPageToken: 'x' }, 'Sun, 01 Mar 2026 12:00:00 GMT'];
    expect(await read()).toEqual({
      entries: [{ insertId: '1' }],
      more: true,
      at: '2026-03-01T12:00:00.000Z',
    });
  });

  it('takes our own time where the answer tells none', async () => {
    reply = [200, {}];
    expect(await read()).toEqual({ entries: [], more: false, at: AT });
    reply = [200, {}, 'yesterday'];
    expect((await read()).at).toBe(AT);
  });

  it.each([
    ['a 403', 403, googleError(403, 'no logging.logEntries.list'), 'denied'],
    ['a 429 that stays', 429, googleError(429), 'throttled'],
    ['a list in place of a page', 200, [], 'unexpected'],
    ['a page for people', 200, '<html>', 'unexpected'],
  ])('does not take %s for an empty log', async (_what, status, said, kind) => {
    reply = [status, said];
    await expect(read()).rejects.toThrow(CloudError);
    await expect(read()).rejects.toMatchObject({ kind });
  });
});
