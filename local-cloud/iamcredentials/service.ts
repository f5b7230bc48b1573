/** IAM Service Account Credentials v1: short-lived tokens for another identity. */
import { randomBytes } from 'node:crypto';
import { invalid, listField, onlyKnown, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { ANONYMOUS, mintToken } from '../core/identity.ts';
import type { Call, Service, Source } from '../core/service.ts';
import { numericId } from '../core/store.ts';
import { accountExists } from '../iam/accounts.ts';

/** One hour, unless an organisation policy allows more. */
const MAX_LIFETIME_SECONDS = 3_600;

/** Google's scopes are URLs, but for the three of OpenID Connect, which gcloud asks for too. */
const SCOPE = /^(https:\/\/\S+|openid|email|profile)$/;

const ACCOUNT = '/v1/projects/{project}/serviceAccounts/{account}';
const RECORDED: Source = {
  kind: 'recorded',
  from: 'gcloud 528 auth print-access-token --impersonate-service-account',
};
const REFERENCE: Source = { kind: 'documented', from: 'iamcredentials v1 REST reference, generateIdToken' };

export function iamCredentialsService(cloud: Cloud): Service {
  return {
    name: 'iamcredentials',
    title: 'IAM Service Account Credentials',
    host: 'iamcredentials.googleapis.com',
    methods: [
      {
        id: 'iamcredentials.projects.serviceAccounts.generateAccessToken',
        http: 'POST',
        path: `${ACCOUNT}:generateAccessToken`,
        source: RECORDED,
        handler: (call) => accessToken(cloud, call),
      },
      {
        id: 'iamcredentials.projects.serviceAccounts.generateIdToken',
        http: 'POST',
        path: `${ACCOUNT}:generateIdToken`,
        source: REFERENCE,
        handler: (call) => idToken(cloud, call),
      },
    ],
  };
}

function accessToken(cloud: Cloud, call: Call): object {
  const request = call.json();
  onlyKnown(request, ['scope', 'lifetime', 'delegates']);
  const email = impersonated(cloud, call, request);
  const scopes = listField(request, 'scope');
  if (scopes.length === 0 || !scopes.every((scope) => typeof scope === 'string' && SCOPE.test(scope))) {
    throw invalid(
      'The request must name at least one scope, such as https://www.googleapis.com/auth/cloud-platform.',
    );
  }
  const seconds = lifetime(stringField(request, 'lifetime'));
  const expires = new Date(cloud.clock.now() + seconds * 1000);
  // gcloud 528 calls a time with fractional seconds a failed impersonation.
  const impersonator = call.principal === ANONYMOUS ? undefined : call.principal;
  return {
    accessToken: mintToken(email, impersonator),
    expireTime: expires.toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}

/** A token that looks like Google's; nobody here checks its signature, which is random. */
function idToken(cloud: Cloud, call: Call): object {
  const request = call.json();
  onlyKnown(request, ['audience', 'includeEmail', 'delegates', 'organizationNumberIncluded']);
  const email = impersonated(cloud, call, request);
  const audience = stringField(request, 'audience');
  if (!audience) throw invalid('audience must be given.');
  const issued = Math.floor(cloud.clock.now() / 1000);
  const claims = {
    aud: audience,
    azp: numericId(email, 21),
    sub: numericId(email, 21),
    iss: 'https://accounts.google.com',
    iat: issued,
    exp: issued + MAX_LIFETIME_SECONDS,
    ...(request['includeEmail'] === true && { email, email_verified: true }),
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = { alg: 'RS256', kid: 'local', typ: 'JWT' };
  return { token: `${part(header)}.${part(claims)}.${randomBytes(256).toString('base64url')}` };
}

/** The email in the path, once it and every delegate are known to exist. */
function impersonated(cloud: Cloud, call: Call, request: Record<string, unknown>): string {
  if (call.param('project') !== '-')
    throw invalid('The resource name must begin with projects/-/serviceAccounts/.');
  const email = call.param('account');
  const delegates = listField(request, 'delegates').map((name) => {
    const delegate =
      typeof name === 'string' ? /^projects\/-\/serviceAccounts\/(.+)$/.exec(name)?.[1] : undefined;
    if (delegate === undefined) throw invalid('delegates: want projects/-/serviceAccounts/EMAIL.');
    return delegate;
  });
  for (const account of [...delegates, email]) {
    if (accountExists(cloud, account)) continue;
    throw new ApiError('NOT_FOUND', `Not found; Gaia id not found for email ${account}`);
  }
  return email;
}

function lifetime(text: string | undefined): number {
  if (text === undefined) return MAX_LIFETIME_SECONDS;
  const seconds = Number(/^(\d+(?:\.\d+)?)s$/.exec(text)?.[1]);
  if (!(seconds > 0) || seconds > MAX_LIFETIME_SECONDS) {
    throw invalid(`lifetime: want more than 0s and at most ${MAX_LIFETIME_SECONDS}s, got "${text}".`);
  }
  return seconds;
}
