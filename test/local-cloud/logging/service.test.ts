/** Cloud Logging over HTTP: what was written is found by the filters scripts use, in order, page by page. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logEntries } from '../../../local-cloud/logging/entries.ts';
import { LISTS_PER_MINUTE, loggingService } from '../../../local-cloud/logging/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';

const LOG = 'projects/acme-prod/logs/build';

describe('Cloud Logging', () => {
  let local: BareCloud;
  const post = (verb: string, body: unknown) => local.call('logging', 'POST', `/v2/entries:${verb}`, body);
  const list = async (filter = '', more: object = {}) =>
    (await post('list', { resourceNames: ['projects/acme-prod'], filter, ...more })).body;
  const texts = async (filter = '', more: object = {}) =>
    ((await list(filter, more))['entries'] as { textPayload: string }[]).map((entry) => entry.textPayload);

  beforeEach(async () => {
    local = await bareCloud([loggingService]);
    const resource = { type: 'build', labels: { build_id: 'b1' } };
    const entries = [
      { severity: 'INFO', textPayload: 'one' },
      { severity: 'ERROR', textPayload: 'two: it broke', labels: { 'run.googleapis.com/task': '3' } },
    ];
    await post('write', { logName: LOG, resource, entries });
    await local.cloud.clock.advance(60_000);
    logEntries(local.cloud).append({
      logName: LOG,
      resource: { type: 'job', labels: {} },
      textPayload: 'three',
    });
    logEntries(local.cloud).append({ logName: 'projects/other/logs/x', resource, textPayload: 'elsewhere' });
  });
  afterEach(() => local.close());

  it.each([
    ['', ['one', 'two: it broke', 'three']],
    ['severity>=WARNING', ['two: it broke']],
    ['resource.type="build" AND resource.labels.build_id="b1"', ['one', 'two: it broke']],
    ['resource.type=build\nseverity=INFO', ['one']],
    ['textPayload:BROKE', ['two: it broke']],
    ['labels."run.googleapis.com/task"=3', ['two: it broke']],
    ['labels.none!=x', []],
    ['logName="projects/acme-prod/logs/build" AND severity<INFO', ['three']],
    ['severity=(INFO OR ERROR)', ['one', 'two: it broke']],
    ['severity=INFO OR severity=ERROR', ['one', 'two: it broke']],
    ['severity=INFO OR severity=ERROR textPayload:broke', ['two: it broke']],
    ['NOT severity=(INFO OR ERROR)', ['three']],
    ['-resource.type=build', ['three']],
    ['resource.type="build" AND (severity=INFO OR (textPayload="three"))', ['one']],
    ['NOT labels.none!=x', ['one', 'two: it broke', 'three']],
    ['textPayload=~"^t[wh]"', ['two: it broke', 'three']],
    ['textPayload!~"^T"', ['one', 'two: it broke', 'three']],
    ['BROKE -- what somebody remembers', ['two: it broke']],
    ['"it broke"', ['two: it broke']],
    ['log_id("build") textPayload=THREE', ['three']],
    ['labels:*', ['one', 'two: it broke']],
    ['severity=INFO\nresource.labels.build_id="b1"', ['one']],
  ])('filter %j finds %j', async (filter, want) => {
    expect(await texts(filter)).toEqual(want);
  });

  it('filters by time, newest first when asked, page by page', async () => {
    const time = new Date(local.cloud.clock.now() - 1_000).toISOString();
    expect(await texts(`timestamp>"${time}"`)).toEqual(['three']);
    const first = await list('', { orderBy: 'timestamp desc', pageSize: 1 });
    expect(first['entries']).toMatchObject([{ textPayload: 'three' }]);
    const rest = await list('', { orderBy: 'timestamp desc', pageToken: first['nextPageToken'] });
    expect(rest['entries']).toHaveLength(2);
    expect(rest['nextPageToken']).toBeUndefined();
  });

  it.each([
    ['list', { resourceNames: [] }],
    ['list', { resourceNames: ['acme'] }],
    ['list', { resourceNames: ['projects/p'], filter: 'severity=(ERROR' }],
    ['list', { resourceNames: ['projects/p'], filter: 'a OR' }],
    ['list', { resourceNames: ['projects/p'], filter: 'a) b' }],
    ['list', { resourceNames: ['projects/p'], filter: 'textPayload=' }],
    ['list', { resourceNames: ['projects/p'], filter: 'insertId=abc:def' }],
    ['list', { resourceNames: ['projects/p'], filter: 'textPayload=~"("' }],
    ['list', { resourceNames: ['projects/p'], filter: 'cast(a)' }],
    ['list', { resourceNames: ['projects/p'], filter: 'x'.repeat(20_001) }],
    ['list', { resourceNames: ['projects/p'], filter: 'severity>=BAD' }],
    ['list', { resourceNames: ['projects/p'], orderBy: 'severity' }],
    ['write', { logName: 'build', resource: { type: 'x' }, entries: [{}] }],
    ['write', { logName: LOG, entries: [{}] }],
    ['write', { logName: LOG, resource: { type: 'x' }, entries: [{ severity: 'LOUD' }] }],
  ])('refuses %s %j', async (verb, body) => {
    expect((await post(verb, body)).status).toBe(400);
  });

  it('forgets what is older than the bucket keeps it: audit logs of activity much longer than others', async () => {
    const resource = { type: 'x', labels: {} };
    const activity = 'projects/acme-prod/logs/cloudaudit.googleapis.com%2Factivity';
    logEntries(local.cloud).append({ logName: activity, resource, textPayload: 'kept' });
    await local.cloud.clock.advance(31 * 24 * 3_600_000);
    expect(await texts()).toEqual(['kept']);
    await local.cloud.clock.advance(370 * 24 * 3_600_000);
    expect(await texts()).toEqual([]);
  });

  it('allows 60 lists a minute', async () => {
    const all = await Promise.all(
      Array.from({ length: LISTS_PER_MINUTE + 1 }, () =>
        post('list', { resourceNames: ['projects/acme-prod'] }),
      ),
    );
    expect(all.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});
