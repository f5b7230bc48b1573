/** google_artifact_registry_repository: a registry for images and packages. */
import { policyName } from '../../core/iam-policy.ts';
import { stringField } from '../../core/body.ts';
import { timestamp } from '../../core/clock.ts';
import type { Body } from '../../core/store.ts';
import { labelRules, predictLabels } from '../labels.ts';
import { isBody, type Identity } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import { projectRule } from './compute.ts';

const repositoryPath = ({ project = '', location = '', repository_id = '' }: Identity): string =>
  `projects/${project}/locations/${location}/repositories/${repository_id}`;
const storeName = (identity: Identity): string =>
  `artifactregistry.googleapis.com/${repositoryPath(identity)}`;

const METHODS = 'artifactregistry.projects.locations.repositories';

export const artifactRegistryRepository: Model = {
  service: 'artifactregistry',
  methods: {
    get: `${METHODS}.get`,
    create: `${METHODS}.create`,
    update: `${METHODS}.patch`,
    delete: `${METHODS}.delete`,
  },
  title: 'Repository',
  storage: inStore({
    name: storeName,
    assetType: 'artifactregistry.googleapis.com/Repository',
    location: ({ location = '' }) => location,
  }),
  identity: (state) => identityOf(state, ['project', 'location', 'repository_id']),
  path: (identity) => `/v1/${repositoryPath(identity)}`,
  id: repositoryPath,
  imports: [
    /^projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/repositories\/(?<repository_id>[^/]+)$/,
    /^(?<project>[^/]+)\/(?<location>[^/]+)\/(?<repository_id>[^/]+)$/,
    /^(?<location>[^/]+)\/(?<repository_id>[^/]+)$/,
  ],
  delays: { create: seconds(10), update: seconds(1), delete: seconds(10) },
  predict: (config, prior, provider) => ({
    ...placed(config, { ...provider, zone: undefined }, ['project', 'location']),
    ...predictLabels(config, prior, provider),
  }),
  rules: {
    ...labelRules(),
    project: projectRule,
    location: { write: () => undefined, read: (_json, _have, { location = '' }) => location },
    repository_id: {
      write: () => undefined,
      read: (_json, _have, identity) => identity['repository_id'] ?? null,
    },
    // Terraform shows the short name here, the API the full one.
    name: { read: (_json, _have, identity) => identity['repository_id'] ?? null },
  },
  // Cleanup policies are a list with ids for Terraform, a map by id in the API.
  view: (body) => {
    const { cleanupPolicies, ...rest } = body;
    return isBody(cleanupPolicies) ? { ...rest, cleanupPolicies: Object.values(cleanupPolicies) } : rest;
  },
  seal: (body) => {
    const { cleanupPolicies, ...rest } = body;
    if (!Array.isArray(cleanupPolicies)) return rest;
    const byId = cleanupPolicies.filter(isBody).map((policy) => [stringField(policy, 'id') ?? '', policy]);
    return { ...rest, cleanupPolicies: Object.fromEntries(byId) as Body };
  },
  complete: (cloud, identity, body) => {
    const now = timestamp(cloud.clock.now());
    return {
      mode: 'STANDARD_REPOSITORY',
      ...body,
      name: repositoryPath(identity),
      createTime: now,
      updateTime: now,
      vulnerabilityScanningConfig: {
        enablementState: 'SCANNING_DISABLED',
        enablementStateReason: 'API containerscanning.googleapis.com is not enabled.',
        ...(body['vulnerabilityScanningConfig'] as object | undefined),
      },
      satisfiesPzi: true,
    };
  },
  deleted: (cloud, identity) => void cloud.resources.delete(policyName(storeName(identity))),
};
