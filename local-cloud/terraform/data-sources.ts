/** The data sources: what they look up, and what of it Terraform gets to know. */
import { mintToken } from '../core/identity.ts';
import { projectNumber } from '../core/projects.ts';
import { callApi, type Caller } from './api.ts';
import { MissingArgument, type ProviderSettings } from './model.ts';
import { text, type State } from './values.ts';

export type DataSource = (config: State, provider: ProviderSettings, caller: Caller) => Promise<State>;

export const DATA_SOURCES: Readonly<Record<string, DataSource>> = {
  google_client_config: async (_config, provider, caller) => ({
    id: `projects/${provider.project ?? ''}/regions/${provider.region ?? ''}/zones/${provider.zone ?? ''}`,
    access_token: mintToken(caller.principal),
    default_labels: { ...provider.defaultLabels },
    project: provider.project ?? null,
    region: provider.region ?? null,
    zone: provider.zone ?? null,
  }),
  google_project: async (config, provider, caller) => {
    const project = text(config['project_id']) || provider.project;
    if (project === undefined) throw new MissingArgument('project: required field is not set');
    const path = `/v1/projects/${project}`;
    const method = 'cloudresourcemanager.projects.get';
    // Every well-formed id is a project here: the local cloud has no step that makes one.
    return callApi(caller, { service: 'cloudresourcemanager', method, http: 'GET', path, project }, () => ({
      id: `projects/${project}`,
      project_id: project,
      name: project,
      number: projectNumber(project),
      auto_create_network: null,
      deletion_policy: 'PREVENT',
      labels: {},
      effective_labels: {},
      terraform_labels: {},
    }));
  },
};
