/** google_project_service: an API enabled in a project. */
import type { Identity } from '../mapping.ts';
import { identityOf, inStore, placed, seconds, type Model } from '../model.ts';
import { lastSegment } from '../compare.ts';

const path = ({ project = '', service = '' }: Identity): string => `projects/${project}/services/${service}`;

export const projectService: Model = {
  service: 'serviceusage',
  methods: {
    get: 'serviceusage.services.get',
    create: 'serviceusage.services.enable',
    update: 'serviceusage.services.enable',
    delete: 'serviceusage.services.disable',
  },
  title: 'Project Service',
  storage: inStore({
    name: (identity) => `serviceusage.googleapis.com/${path(identity)}`,
    assetType: 'serviceusage.googleapis.com/Service',
    location: () => 'global',
  }),
  identity: (state) => {
    const identity = identityOf(state, ['project', 'service']);
    return { ...identity, project: lastSegment(identity['project'] ?? '') };
  },
  path: (identity) => `/v1/${path(identity)}`,
  id: ({ project = '', service = '' }) => `${project}/${service}`,
  imports: [/^(?<project>[^/]+)\/(?<service>[^/]+)$/],
  delays: { create: seconds(5), update: 0, delete: seconds(5) },
  predict: (config, _prior, provider) => placed(config, provider, ['project']),
  rules: {
    project: { write: () => undefined, read: (_json, have, { project = '' }) => have ?? project },
    service: { to: 'config.name' },
    disable_dependent_services: { local: true },
    disable_on_destroy: { local: true },
  },
  complete: (_cloud, identity, body) => ({ ...body, name: path(identity), state: 'ENABLED' }),
};
