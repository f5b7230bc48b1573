/** The tenant's own identities: what its nodes run as, and what deploys into it. */
import { namesOf } from '../names.ts';
import { field, gcpKind, nameIn, pathOf } from './kind.ts';
import { flag, word } from './schema/declare.ts';

export const serviceAccount = gcpKind({
  kind: 'service-account',
  order: 15,
  assetType: 'iam.googleapis.com/ServiceAccount',
  schema: { email: word({ risk: 'replace' }), disabled: flag() },
  foreign: { uniqueId: 'server', oauth2ClientId: 'server', etag: 'server', projectId: 'server' },
  // `acme-nodes` is the one called `nodes` there.
  address: (id) =>
    `module.identities.google_service_account.accounts[${JSON.stringify(nameIn(id).split('-').at(-1))}]`,
  wants: (tenant) => {
    const names = namesOf(tenant);
    return [names.nodesIdentity, names.deployIdentity].map((account) => ({
      id: `service-account/${account.split('@')[0] ?? account}`,
      kind: 'service-account',
      plane: 'gcp',
      name: `iam.googleapis.com/projects/${tenant.spec.project}/serviceAccounts/${account}`,
      from: null,
      fields: { email: field(account, null), disabled: field(false, null) },
    }));
  },
  ref: (want) => ({ service: 'iam', path: `/v1/${pathOf(want.name)}` }),
});
