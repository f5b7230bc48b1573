/** The Artifact Registry repository that holds the tenant's images. */
import { namesOf } from '../names.ts';
import { field, gcpKind, pathOf } from './kind.ts';
import { text, word } from './schema/declare.ts';

export const registry = gcpKind({
  kind: 'registry',
  order: 70,
  assetType: 'artifactregistry.googleapis.com/Repository',
  gone: 'stateful',
  schema: {
    format: word({ risk: 'replace' }),
    mode: text({ absent: 'STANDARD_REPOSITORY', risk: 'replace' }),
  },
  foreign: { createTime: 'server', updateTime: 'server', sizeBytes: 'server', registryUri: 'server' },
  address: () => 'module.registry.google_artifact_registry_repository.images',
  wants: (tenant) => {
    const name = namesOf(tenant).registry;
    const { project, region } = tenant.spec;
    return [
      {
        id: `registry/${name}`,
        kind: 'registry',
        plane: 'gcp',
        name: `artifactregistry.googleapis.com/projects/${project}/locations/${region}/repositories/${name}`,
        from: 'spec.workload',
        fields: { format: field('DOCKER', null), mode: field('STANDARD_REPOSITORY', null) },
      },
    ];
  },
  ref: (want) => ({ service: 'artifactregistry', path: `/v1/${pathOf(want.name)}` }),
});
