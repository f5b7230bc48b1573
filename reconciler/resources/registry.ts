/** The Artifact Registry repository that holds the tenant's images. */
import { textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, type GcpKind } from './kind.ts';

export const registry: GcpKind = {
  kind: 'registry',
  plane: 'gcp',
  order: 70,
  assetType: 'artifactregistry.googleapis.com/Repository',
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
        fields: { format: field('DOCKER', null) },
      },
    ];
  },
  ref: (want) => ({ service: 'artifactregistry', path: `/v1/${pathOf(want.name)}` }),
  read: (body) => ({ format: textAt(body, 'format') }),
  risk: riskOf([/^format$/], 'stateful'),
};
