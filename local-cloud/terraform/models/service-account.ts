/** google_service_account: an identity for machines. */
import { accountName, emailOf, SERVICE_ACCOUNT } from '../../iam/accounts.ts';
import { policyName } from '../../core/iam-policy.ts';
import { numericId } from '../../core/store.ts';
import type { Identity } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import { isUnknown, text } from '../values.ts';
import { projectRule } from './compute.ts';

const path = ({ project = '', email = '' }: Identity): string =>
  `projects/${project}/serviceAccounts/${email}`;

const METHODS = 'iam.projects.serviceAccounts';

export const serviceAccount: Model = {
  service: 'iam',
  methods: {
    get: `${METHODS}.get`,
    create: `${METHODS}.create`,
    update: `${METHODS}.patch`,
    delete: `${METHODS}.delete`,
  },
  title: 'service account',
  storage: inStore({
    name: ({ project = '', email = '' }) => accountName(project, email),
    assetType: SERVICE_ACCOUNT,
    location: () => 'global',
  }),
  identity: (state) => {
    const { project = '' } = identityOf(state, ['project']);
    const email = text(state['email']) || emailOf(text(state['account_id']), project);
    return { project, email };
  },
  path: (identity) => `/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/serviceAccounts\/(?<email>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<email>[^/]+)$/,
    /^(?<email>[^/]+)$/,
  ],
  delays: { create: seconds(2), update: seconds(1), delete: seconds(1) },
  predict: (config, prior, provider) => {
    const where = placed(config, provider, ['project']);
    const project = text(where['project'] ?? config['project']);
    const account = config['account_id'] ?? null;
    // The email is known before the account exists, so that a plan can show who gets a role.
    if (prior !== null || isUnknown(account) || text(account) === '' || project === '') return where;
    const email = emailOf(text(account), project);
    return { ...where, email, member: `serviceAccount:${email}` };
  },
  rules: {
    project: projectRule,
    account_id: {
      write: () => undefined,
      read: (_json, _have, { email = '' }) => email.split('@')[0] ?? null,
    },
    create_ignore_already_exists: { local: true },
    email: { read: (_json, _have, { email = '' }) => email },
    member: { read: (_json, _have, { email = '' }) => `serviceAccount:${email}` },
    name: { read: (_json, _have, identity) => path(identity) },
    unique_id: {
      read: (json, _have, { email = '' }) => (typeof json === 'string' ? json : numericId(email, 21)),
    },
  },
  complete: (_cloud, { project = '', email = '' }, body) => ({
    ...body,
    email,
    projectId: project,
    uniqueId: numericId(email, 21),
  }),
  deleted: (cloud, { project = '', email = '' }) =>
    void cloud.resources.delete(policyName(accountName(project, email))),
};

/** The store name behind `projects/P/serviceAccounts/E`, as other types refer to an account. */
export function accountOf(reference: string): { project: string; name: string } {
  const [, project = '', email = ''] = /^projects\/([^/]+)\/serviceAccounts\/([^/]+)$/.exec(reference) ?? [];
  return { project, name: accountName(project, email) };
}
