/** IAM over HTTP: service accounts and the etag rule of policies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNTS_PER_PROJECT, iamService } from '../../../local-cloud/iam/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

const ACCOUNTS = '/v1/projects/acme-prod/serviceAccounts';
const NODES = `${ACCOUNTS}/acme-nodes@acme-prod.iam.gserviceaccount.com`;

describe('IAM', () => {
  let local: BareCloud;
  const call = (http: string, path: string, body?: unknown) => local.call('iam', http, path, body);

  beforeEach(async () => {
    local = await bareCloud([iamService]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it('lists accounts and fills in what only the service knows', async () => {
    const { body } = await call('GET', ACCOUNTS);
    expect(body['accounts']).toMatchObject([
      {
        email: 'acme-deploy@acme-prod.iam.gserviceaccount.com',
        uniqueId: expect.stringMatching(/^\d{21}$/) as string,
      },
      { email: 'acme-nodes@acme-prod.iam.gserviceaccount.com', projectId: 'acme-prod' },
    ]);
  });

  it('finds an account by email in its project, in any project, and by unique id', async () => {
    const named = await call('GET', NODES);
    expect(named.status).toBe(200);
    const email = 'acme-nodes@acme-prod.iam.gserviceaccount.com';
    expect((await call('GET', `/v1/projects/-/serviceAccounts/${email}`)).body).toEqual(named.body);
  });

  it('creates and deletes an account', async () => {
    const created = await call('POST', ACCOUNTS, {
      accountId: 'builder',
      serviceAccount: { displayName: 'Builder' },
    });
    expect(created.body).toMatchObject({
      displayName: 'Builder',
      email: 'builder@acme-prod.iam.gserviceaccount.com',
    });
    const byId = `${ACCOUNTS}/${String(created.body['uniqueId'])}`;
    expect((await call('GET', byId)).body).toEqual(created.body);
    expect((await call('POST', ACCOUNTS, { accountId: 'builder' })).status).toBe(409);
    expect((await call('DELETE', byId)).status).toBe(200);
    expect((await call('GET', byId)).status).toBe(404);
  });

  it.each(['x', 'Capital', 'ends-with-', 'a'.repeat(31)])('refuses the account id %s', async (accountId) => {
    expect((await call('POST', ACCOUNTS, { accountId })).status).toBe(400);
  });

  it('allows 100 accounts per project', async () => {
    for (let i = 2; i < ACCOUNTS_PER_PROJECT; i++)
      await call('POST', ACCOUNTS, { accountId: `account-${i}` });
    expect((await call('POST', ACCOUNTS, { accountId: 'one-too-many' })).status).toBe(429);
    expect((await call('GET', `${ACCOUNTS}?pageSize=1000`)).body['accounts']).toHaveLength(100);
  });

  it('sets a policy, and refuses one made from an older policy', async () => {
    const bindings = [
      { role: 'roles/iam.workloadIdentityUser', members: ['serviceAccount:a@b.iam.gserviceaccount.com'] },
    ];
    const before = await call('POST', `${NODES}:getIamPolicy`);
    const set = (policy: object) => call('POST', `${NODES}:setIamPolicy`, { policy });
    expect((await set({ bindings, etag: before.body['etag'] })).body).toMatchObject({ bindings });
    expect((await set({ bindings: [], etag: before.body['etag'] })).body).toMatchObject({
      error: { status: 'ABORTED' },
    });
    expect((await set({ bindings: [{ role: 'owner', members: [] }] })).status).toBe(400);
    expect((await set({ bindings: [{ role: 'roles/owner', members: ['somebody'] }] })).status).toBe(400);
  });

  it('leaves nothing behind of an account with a policy', async () => {
    const bindings = [{ role: 'roles/viewer', members: ['user:a@example.com'] }];
    await call('POST', `${NODES}:setIamPolicy`, { policy: { bindings } });
    await call('DELETE', NODES);
    expect(
      local.cloud.resources.list({
        prefix: 'iam.googleapis.com/projects/acme-prod/serviceAccounts/acme-nodes',
      }),
    ).toEqual([]);
  });
});
