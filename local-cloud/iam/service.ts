/** IAM v1: service accounts and their policies. */
import { invalid, objectField, onlyKnown, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { getPolicy, policyName, setPolicy, testPermissions } from '../core/iam-policy.ts';
import { pageOf } from '../core/paging.ts';
import { projectId } from '../core/projects.ts';
import type { Call, Method, Service, Source } from '../core/service.ts';
import { numericId, type Body, type Resource } from '../core/store.ts';
import { accountBody, accountName, emailOf, findAccount, SERVICE_ACCOUNT } from './accounts.ts';

/** cloud.google.com/iam/quotas: the default per project. */
export const ACCOUNTS_PER_PROJECT = 100;
/** The reference: 20 when unset, 100 at most. */
const PAGE = { standard: 20, max: 100, key: (account: Resource) => account.name };
const ACCOUNT_ID = /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/;

const REFERENCE: Source = { kind: 'documented', from: 'iam v1 REST reference, projects.serviceAccounts' };
const ACCOUNTS = '/v1/projects/{project}/serviceAccounts';
const ACCOUNT = `${ACCOUNTS}/{account}`;

export function iamService(cloud: Cloud): Service {
  const method = (verb: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `iam.projects.serviceAccounts.${verb}`,
    http,
    path,
    source: REFERENCE,
    handler,
  });
  return {
    name: 'iam',
    title: 'Identity and Access Management',
    host: 'iam.googleapis.com',
    methods: [
      method('list', 'GET', ACCOUNTS, (call) => list(cloud, call)),
      method('create', 'POST', ACCOUNTS, (call) => create(cloud, call)),
      method('get', 'GET', ACCOUNT, (call) => accountBody(required(cloud, call))),
      method('delete', 'DELETE', ACCOUNT, (call) => {
        const { name } = required(cloud, call);
        cloud.resources.delete(policyName(name));
        cloud.resources.delete(name);
      }),
      ...(['enable', 'disable'] as const).map((verb) =>
        method(verb, 'POST', `${ACCOUNT}:${verb}`, (call) => {
          cloud.resources.update(required(cloud, call).name, (account) => ({
            ...account,
            disabled: verb === 'disable',
          }));
        }),
      ),
      method('getIamPolicy', 'POST', `${ACCOUNT}:getIamPolicy`, (call) =>
        getPolicy(cloud, required(cloud, call).name),
      ),
      method('setIamPolicy', 'POST', `${ACCOUNT}:setIamPolicy`, (call) =>
        setPolicy(cloud, required(cloud, call), call.json()),
      ),
      method('testIamPermissions', 'POST', `${ACCOUNT}:testIamPermissions`, (call) =>
        testPermissions(call.json()),
      ),
    ],
  };
}

function list(cloud: Cloud, call: Call): object {
  const found = cloud.resources.list({
    assetType: SERVICE_ACCOUNT,
    project: projectId(cloud, call.param('project')),
  });
  const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
  const { items, ...more } = pageOf(found, ask, PAGE);
  return { accounts: items.map(accountBody), ...more };
}

function create(cloud: Cloud, call: Call): Body {
  const project = projectId(cloud, call.param('project'));
  const request = call.json();
  onlyKnown(request, ['accountId', 'serviceAccount']);
  const accountId = stringField(request, 'accountId') ?? '';
  if (!ACCOUNT_ID.test(accountId)) {
    throw invalid(
      `The account ID "${accountId}" does not have a length between 6 and 30 or is not ${ACCOUNT_ID.source}.`,
    );
  }
  const wanted = objectField(request, 'serviceAccount') ?? {};
  const email = emailOf(accountId, project);
  if (findAccount(cloud, project, email)) {
    const message = `Service account ${accountId} already exists within project projects/${project}.`;
    throw new ApiError('ALREADY_EXISTS', message, { reason: 'alreadyExists' });
  }
  if (cloud.resources.list({ assetType: SERVICE_ACCOUNT, project }).length >= ACCOUNTS_PER_PROJECT) {
    throw new ApiError(
      'RESOURCE_EXHAUSTED',
      `Maximum number of service accounts on project reached (${ACCOUNTS_PER_PROJECT}).`,
    );
  }
  const text = (field: string) => {
    const value = stringField(wanted, field);
    return value === undefined ? {} : { [field]: value };
  };
  return accountBody(
    cloud.resources.create({
      name: accountName(project, email),
      assetType: SERVICE_ACCOUNT,
      project,
      location: 'global',
      body: {
        email,
        projectId: project,
        uniqueId: numericId(email, 21),
        ...text('displayName'),
        ...text('description'),
      },
    }),
  );
}

function required(cloud: Cloud, call: Call): Resource {
  const found = findAccount(cloud, call.param('project'), call.param('account'));
  if (found) return found;
  throw new ApiError('NOT_FOUND', `Unknown service account: ${call.param('account')}`, {
    reason: 'notFound',
  });
}
