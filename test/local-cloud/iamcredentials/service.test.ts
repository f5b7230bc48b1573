/** IAM credentials over HTTP: a minted token speaks for the account it was made for. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { principalOf } from '../../../local-cloud/core/identity.ts';
import { iamCredentialsService } from '../../../local-cloud/iamcredentials/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

const SCOPE = ['https://www.googleapis.com/auth/cloud-platform'];
const DEPLOY = 'acme-deploy@acme-prod.iam.gserviceaccount.com';

describe('IAM credentials', () => {
  let local: BareCloud;
  const generate = (email: string, body: unknown, verb = 'generateAccessToken') =>
    local.call('iamcredentials', 'POST', `/v1/projects/-/serviceAccounts/${email}:${verb}`, body);

  beforeEach(async () => {
    local = await bareCloud([iamCredentialsService]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it('mints a token that speaks for the account and expires in whole seconds', async () => {
    const { body } = await generate(DEPLOY, { scope: SCOPE, lifetime: '600s' });
    expect(principalOf(`Bearer ${String(body['accessToken'])}`)).toBe(DEPLOY);
    expect(body['expireTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const lifetime = Date.parse(String(body['expireTime'])) - local.cloud.clock.now();
    expect(lifetime).toBeGreaterThan(598_000);
    expect(lifetime).toBeLessThanOrEqual(600_000);
  });

  it.each([
    'anything@plumbline-platform.iam.gserviceaccount.com',
    'plumbline-infra@acme-prod.iam.gserviceaccount.com',
  ])('knows %s, which stands before any tenant does', async (email) => {
    expect((await generate(email, { scope: SCOPE })).status).toBe(200);
  });

  it('says 404 for an account that does not exist, also among the delegates', async () => {
    const nobody = 'nobody@acme-prod.iam.gserviceaccount.com';
    expect((await generate(nobody, { scope: SCOPE })).status).toBe(404);
    const delegates = [`projects/-/serviceAccounts/${nobody}`];
    expect((await generate(DEPLOY, { scope: SCOPE, delegates })).status).toBe(404);
  });

  it.each([
    [{}],
    [{ scope: ['cloud-platform'] }],
    [{ scope: SCOPE, lifetime: '3601s' }],
    [{ scope: SCOPE, lifetime: '0s' }],
    [{ scope: SCOPE, lifetime: '1h' }],
    [{ scope: SCOPE, delegates: ['a@b'] }],
    [{ scope: SCOPE, audience: 'x' }],
  ])('refuses %j', async (body) => {
    expect((await generate(DEPLOY, body)).status).toBe(400);
  });

  it('makes identity tokens with the audience asked for', async () => {
    const request = { audience: 'https://service.example', includeEmail: true };
    const { body } = await generate(DEPLOY, request, 'generateIdToken');
    const claims = JSON.parse(
      Buffer.from(String(body['token']).split('.')[1] ?? '', 'base64url').toString(),
    ) as unknown;
    expect(claims).toMatchObject({
      aud: 'https://service.example',
      email: DEPLOY,
      iss: 'https://accounts.google.com',
    });
    expect((await generate(DEPLOY, {}, 'generateIdToken')).status).toBe(400);
  });
});
