/** google_secret_manager_secret: a secret without its versions. */
import { timestamp } from '../../core/clock.ts';
import { labelRules, predictLabels } from '../labels.ts';
import { isBody, type Identity } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import { projectRule } from './compute.ts';

const path = ({ project = '', secret_id = '' }: Identity): string =>
  `projects/${project}/secrets/${secret_id}`;
const storeName = (identity: Identity): string => `secretmanager.googleapis.com/${path(identity)}`;

const METHODS = 'secretmanager.projects.secrets';

export const secretManagerSecret: Model = {
  service: 'secretmanager',
  methods: {
    get: `${METHODS}.get`,
    create: `${METHODS}.create`,
    update: `${METHODS}.patch`,
    delete: `${METHODS}.delete`,
  },
  title: 'Secret',
  storage: inStore({
    name: storeName,
    assetType: 'secretmanager.googleapis.com/Secret',
    location: () => 'global',
  }),
  identity: (state) => identityOf(state, ['project', 'secret_id']),
  path: (identity) => `/v1/${path(identity)}`,
  id: path,
  imports: [
    /^projects\/(?<project>[^/]+)\/secrets\/(?<secret_id>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<secret_id>[^/]+)$/,
    /^(?<secret_id>[^/]+)$/,
  ],
  delays: { create: seconds(1), update: seconds(1), delete: seconds(1) },
  predict: (config, prior, provider) => ({
    ...placed(config, provider, ['project']),
    ...predictLabels(config, prior, provider),
    effective_annotations: config['annotations'] ?? {},
  }),
  rules: {
    ...labelRules(),
    project: projectRule,
    secret_id: { write: () => undefined, read: (_json, _have, identity) => identity['secret_id'] ?? null },
    name: { read: (_json, _have, identity) => path(identity) },
    effective_annotations: { to: 'annotations', read: (json) => (isBody(json) ? json : {}) },
    deletion_protection: { local: true },
    'replication.auto': { to: 'automatic' },
    'replication.user_managed': { to: 'userManaged' },
    tags: { local: true },
    ttl: { local: true },
  },
  complete: (cloud, _identity, body) => ({ createTime: timestamp(cloud.clock.now()), ...body }),
  protects: (state) =>
    state['deletion_protection'] === true
      ? 'cannot destroy secret without setting deletion_protection=false and running `terraform apply`'
      : undefined,
  deleted: (cloud, identity) => {
    for (const version of cloud.resources.list({ prefix: `${storeName(identity)}/versions/` })) {
      cloud.resources.delete(version.name);
    }
  },
};
