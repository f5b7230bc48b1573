/** Cloud Scheduler over HTTP: jobs fall due on cloud time and call local services under their own identity. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cloudSchedulerService } from '../../../local-cloud/cloudscheduler/service.ts';
import { principalOf } from '../../../local-cloud/core/identity.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';

const PARENT = 'projects/plumbline-platform/locations/us-central1';
const JOBS = `/v1/${PARENT}/jobs`;
const NAME = `${PARENT}/jobs/pass`;
const PASS = 'plumbline-pass@plumbline-platform.iam.gserviceaccount.com';
const TARGET =
  'https://run.googleapis.com/v2/projects/plumbline-platform/locations/us-central1/jobs/pass:run';
const MINUTE = 60_000;

interface Hit {
  url: string;
  method: string;
  headers: IncomingMessage['headers'];
  body: string;
}

describe('Cloud Scheduler', () => {
  let local: BareCloud;
  let target: Server;
  let hits: Hit[];
  let answers: number[];
  const call = (http: string, path: string, body?: unknown) => local.call('cloudscheduler', http, path, body);
  const get = async () => (await call('GET', `${JOBS}/pass`)).body;
  const job = (more: object = {}, httpTarget: object = {}) => ({
    name: NAME,
    schedule: '*/10 * * * *',
    httpTarget: { uri: TARGET, oauthToken: { serviceAccountEmail: PASS }, ...httpTarget },
    ...more,
  });
  /** Lets the call that a run made arrive and be noted. */
  const settled = (attempts: number) =>
    vi.waitFor(async () => {
      expect(hits).toHaveLength(attempts);
      expect((await get())['lastAttemptTime']).toBeDefined();
    });

  beforeEach(async () => {
    hits = [];
    answers = [];
    target = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        hits.push({ url: request.url ?? '', method: request.method ?? '', headers: request.headers, body });
        response.writeHead(answers.shift() ?? 200).end('{}');
      });
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    local = await bareCloud([cloudSchedulerService]);
    local.cloud.endpoints['run'] = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await local.close();
    target.closeAllConnections();
    target.close();
  });

  it('calls a Google address at its local service when it falls due, as the account it names', async () => {
    const created = await call(
      'POST',
      JOBS,
      job({}, { body: Buffer.from('{"overrides":{}}').toString('base64') }),
    );
    expect(created.body).toMatchObject({
      name: NAME,
      state: 'ENABLED',
      timeZone: 'Etc/UTC',
      attemptDeadline: '180s',
    });
    const due = Date.parse(String(created.body['scheduleTime']));
    await local.cloud.clock.advance(due - local.cloud.clock.now() - 1_000);
    expect(hits).toEqual([]);
    await local.cloud.clock.advance(2_000);
    await settled(1);
    expect(hits[0]).toMatchObject({
      url: new URL(TARGET).pathname,
      method: 'POST',
      body: '{"overrides":{}}',
      headers: { 'user-agent': 'Google-Cloud-Scheduler', 'x-cloudscheduler-jobname': 'pass' },
    });
    expect(principalOf(hits[0]?.headers.authorization)).toBe(PASS);
    expect(Date.parse(String((await get())['scheduleTime']))).toBe(due + 10 * MINUTE);
  });

  it('stops while paused, and goes on when resumed', async () => {
    await call('POST', JOBS, job());
    expect((await call('POST', `${JOBS}/pass:pause`, {})).body).toMatchObject({ state: 'PAUSED' });
    expect((await call('POST', `${JOBS}/pass:pause`, {})).status).toBe(400);
    await local.cloud.clock.advance(60 * MINUTE);
    expect(hits).toEqual([]);
    await call('POST', `${JOBS}/pass:resume`, {});
    await local.cloud.clock.advance(10 * MINUTE);
    await settled(1);
  });

  it('runs at once when told to, and keeps how it went', async () => {
    await call('POST', JOBS, job());
    answers = [403];
    await call('POST', `${JOBS}/pass:run`, {});
    await settled(1);
    expect(await get()).toMatchObject({ status: { code: 7 } });
  });

  it('tries again with growing pauses, as its retry settings say', async () => {
    await call(
      'POST',
      JOBS,
      job({ schedule: '0 0 1 1 *', retryConfig: { retryCount: 2, minBackoffDuration: '10s' } }),
    );
    answers = [503, 503];
    await call('POST', `${JOBS}/pass:run`, {});
    await vi.waitFor(() => expect(hits).toHaveLength(1));
    await vi.waitFor(async () => {
      await local.cloud.clock.advance(10_000);
      expect(hits).toHaveLength(3);
    });
    await settled(3);
    expect(await get()).toMatchObject({ status: {} });
  });

  it('says so when the account does not exist, and when the address is not served', async () => {
    const nobody = { serviceAccountEmail: 'nobody@acme-prod.iam.gserviceaccount.com' };
    await call('POST', JOBS, job({}, { oauthToken: nobody }));
    await call('POST', `${JOBS}/pass:run`, {});
    await settled(0);
    expect(await get()).toMatchObject({
      status: { code: 7, message: expect.stringContaining('nobody@') as string },
    });
    await call('PATCH', `${JOBS}/pass?updateMask=httpTarget.uri`, {
      httpTarget: { uri: 'https://pubsub.googleapis.com/v1' },
    });
    await call('POST', `${JOBS}/pass:run`, {});
    await vi.waitFor(async () => expect(await get()).toMatchObject({ status: { code: 12 } }));
  });

  it('changes only what the mask names, whichever way it is written, and follows the new schedule', async () => {
    await call('POST', JOBS, job({ description: 'kept' }));
    await call('PATCH', `${JOBS}/pass?updateMask=schedule,time_zone`, {
      schedule: '0 12 * * *',
      timeZone: 'Asia/Tokyo',
      description: 'no',
    });
    const { scheduleTime, ...rest } = await get();
    expect(rest).toMatchObject({ description: 'kept', schedule: '0 12 * * *', timeZone: 'Asia/Tokyo' });
    expect(String(scheduleTime)).toContain('T03:00:00');
  });

  it('takes enum numbers, as the Node client sends them', async () => {
    const { body } = await call('POST', JOBS, job({}, { httpMethod: 4 }));
    expect(body).toMatchObject({ httpTarget: { httpMethod: 'PUT' } });
  });

  it('runs jobs that somebody else put into the store, and forgets deleted ones', async () => {
    const { body } = await call('POST', JOBS, job());
    await call('DELETE', `${JOBS}/pass`);
    await local.cloud.clock.advance(30 * MINUTE);
    expect(hits).toEqual([]);
    const place = { project: 'plumbline-platform', location: 'us-central1' };
    const name = `cloudscheduler.googleapis.com/${NAME}`;
    local.cloud.resources.create({
      name,
      assetType: 'cloudscheduler.googleapis.com/Job',
      ...place,
      body: body as never,
    });
    await local.cloud.clock.advance(10 * MINUTE);
    await settled(1);
  });

  it.each([
    ['a schedule that is not cron', job({ schedule: 'every 5 minutes' }), 400],
    ['an unknown time zone', job({ timeZone: 'Nowhere' }), 400],
    ['too short a deadline', job({ attemptDeadline: '10s' }), 400],
    ['too many retries', job({ retryConfig: { retryCount: 6 } }), 400],
    ['an address that is not http', job({}, { uri: 'ftp://x' }), 400],
    ['an unknown HTTP method', job({}, { httpMethod: 'BREW' }), 400],
    ['two kinds of token', job({}, { oidcToken: { serviceAccountEmail: PASS } }), 400],
    ['a name outside the parent', job({ name: 'elsewhere' }), 400],
    ['an unknown field', job({ colour: 'red' }), 400],
    ['another kind of target', { ...job(), httpTarget: undefined, pubsubTarget: {} }, 501],
  ])('refuses %s', async (_, body, status) => {
    expect((await call('POST', JOBS, body)).status).toBe(status);
  });
});
