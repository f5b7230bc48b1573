/** Whose token a call carries: the process's own account, or the one it impersonates. The metadata server is faked at its port. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { realTokens } from '../../../reconciler/clouds/auth.ts';
import { answer, httpServer, type TestServer } from '../../support/http.ts';

const OBSERVER = 'plumbline-observe@platform-1.iam.gserviceaccount.com';

let google: TestServer;
let refuse = false;

beforeAll(async () => {
  google = await httpServer((request, response) => {
    response.setHeader('metadata-flavor', 'Google');
    if (request.url?.startsWith('/v1/projects/-/serviceAccounts/') === true) {
      const own = request.headers.authorization === 'Bearer of-the-job';
      if (refuse || !own) {
        answer(response, 403, { error: { code: 403, message: 'no tokenCreator' } });
        return;
      }
      answer(response, 200, { accessToken: 'of-the-observer', expireTime: '2099-01-01T00:00:00Z' });
      return;
    }
    if (request.url?.includes('/token') === true) {
      answer(response, 200, { access_token: 'of-the-job', expires_in: 3600, token_type: 'Bearer' });
      return;
    }
    answer(response, 200, '"platform-1"');
  });
  process.env['GCE_METADATA_HOST'] = new URL(google.url).host;
  process.env['METADATA_SERVER_DETECTION'] = 'assume-present';
});
afterEach(() => {
  refuse = false;
});
afterAll(async () => {
  delete process.env['GCE_METADATA_HOST'];
  delete process.env['METADATA_SERVER_DETECTION'];
  await google.close();
});

describe('tokens in Google Cloud', () => {
  it("are the job's own where no account is named", async () => {
    expect(await realTokens({ iamcredentials: google.url }, null).token()).toBe('of-the-job');
  });

  it('are of the account that is named, made by the job for an hour', async () => {
    expect(await realTokens({ iamcredentials: google.url }, OBSERVER).token()).toBe('of-the-observer');
    expect(google.requests).toContainEqual(
      `POST /v1/projects/-/serviceAccounts/${OBSERVER}:generateAccessToken`,
    );
  });

  it('never fall back to the wider account when the named one cannot be impersonated', async () => {
    refuse = true;
    await expect(realTokens({ iamcredentials: google.url }, OBSERVER).token()).rejects.toThrow(
      `${OBSERVER} gave no access token; whoever runs Plumbline needs roles/iam.serviceAccountTokenCreator`,
    );
  });
});
