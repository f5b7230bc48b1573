/** Secret Manager over HTTP: versions, their states, their checksums, and payloads that no listing shows. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc32c } from '../../../local-cloud/core/crc32c.ts';
import { projectNumber } from '../../../local-cloud/core/projects.ts';
import { secretManagerService } from '../../../local-cloud/secretmanager/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';

const SECRETS = '/v1/projects/acme-prod/secrets';

describe('Secret Manager', () => {
  let local: BareCloud;
  const call = (http: string, path: string, body?: unknown) => local.call('secretmanager', http, path, body);
  const add = (data: Uint8Array | string, secret = 'key') =>
    call('POST', `${SECRETS}/${secret}:addVersion`, {
      payload: { data: Buffer.from(data).toString('base64') },
    });

  beforeEach(async () => {
    local = await bareCloud([secretManagerService]);
    await call('POST', `${SECRETS}?secretId=key`, {
      replication: { automatic: {} },
      labels: { tenant: 'acme' },
    });
  });
  afterEach(() => local.close());

  it('names things with the project number, and takes both', async () => {
    const number = projectNumber('acme-prod');
    expect((await call('GET', `${SECRETS}/key`)).body).toMatchObject({
      name: `projects/${number}/secrets/key`,
      labels: { tenant: 'acme' },
    });
    expect((await call('GET', `/v1/projects/${number}/secrets/key`)).status).toBe(200);
    expect((await call('GET', SECRETS)).body).toMatchObject({ totalSize: 1, secrets: [{}] });
  });

  it('gives back exactly what was put in, with its checksum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (data) => {
        await add(data);
        const { body } = await call('GET', `${SECRETS}/key/versions/latest:access`);
        const payload = body['payload'] as { data: string; dataCrc32c: string };
        expect(Buffer.from(payload.data, 'base64')).toEqual(Buffer.from(data));
        expect(payload.dataCrc32c).toBe(String(crc32c(data)));
      }),
      { numRuns: 20 },
    );
  });

  it('counts versions upwards and lists the newest first', async () => {
    await add('one');
    await add('two');
    const { body } = await call('GET', `${SECRETS}/key/versions?pageSize=1`);
    expect(body['versions']).toMatchObject([
      { name: expect.stringMatching(/versions\/2$/) as string, state: 'ENABLED' },
    ]);
    const next = await call(
      'GET',
      `${SECRETS}/key/versions?pageSize=1&pageToken=${String(body['nextPageToken'])}`,
    );
    expect(next.body['versions']).toMatchObject([{ name: expect.stringMatching(/versions\/1$/) as string }]);
    expect(next.body['nextPageToken']).toBeUndefined();
  });

  it('does not give out a disabled or destroyed version, and destroys for good', async () => {
    await add('secret');
    const version = `${SECRETS}/key/versions/1`;
    const access = () => call('GET', `${version}:access`);
    await call('POST', `${version}:disable`, {});
    expect(await access()).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
    await call('POST', `${version}:enable`, {});
    expect((await access()).status).toBe(200);
    expect((await call('POST', `${version}:destroy`, {})).body).toMatchObject({ state: 'DESTROYED' });
    expect((await access()).status).toBe(400);
    expect((await call('POST', `${version}:enable`, {})).status).toBe(400);
  });

  it('shows no payload among the resources', async () => {
    await add('very-secret-text');
    const shown = JSON.stringify(local.cloud.resources.list());
    expect(shown).not.toContain(Buffer.from('very-secret-text').toString('base64'));
    expect(shown).not.toContain('very-secret-text');
  });

  it('forgets versions with the secret', async () => {
    await add('old');
    await call('DELETE', `${SECRETS}/key`);
    expect(local.cloud.resources.list()).toEqual([]);
    expect((await call('GET', `${SECRETS}/key/versions/1:access`)).status).toBe(404);
  });

  it.each([
    ['POST', `${SECRETS}?secretId=no spaces`, { replication: { automatic: {} } }, 400],
    ['POST', `${SECRETS}?secretId=other`, {}, 400],
    ['POST', `${SECRETS}?secretId=key`, { replication: { automatic: {} } }, 409],
    ['POST', `${SECRETS}/key:addVersion`, {}, 400],
    ['POST', `${SECRETS}/key:addVersion`, { payload: { data: '%%' } }, 400],
    ['POST', `${SECRETS}/key:addVersion`, { payload: { data: 'YQ==', dataCrc32c: '1' } }, 400],
    ['POST', `${SECRETS}/key:addVersion`, { payload: { data: 'A'.repeat(90_000) } }, 400],
    ['GET', `${SECRETS}/key/versions/9:access`, undefined, 404],
    ['PATCH', `${SECRETS}/key`, {}, 501],
  ])('refuses %s %s', async (http, path, body, status) => {
    expect((await call(http, path, body)).status).toBe(status);
  });
});
