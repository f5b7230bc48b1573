/** Repositories: created, changed and deleted through long-running operations, or by Terraform behind our back. */
import { invalid, onlyKnown, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Operation } from '../core/operations.ts';
import { pathOf, type Body, type Resource } from '../core/store.ts';
import { imagesOf } from './images.ts';
import { REPOSITORY, repositoryPath, storeName, type RepositoryPlace } from './names.ts';

const TYPES = 'type.googleapis.com/google.devtools.artifactregistry.v1';
const FORMATS = ['DOCKER', 'MAVEN', 'NPM', 'APT', 'YUM', 'PYTHON', 'KFP', 'GO', 'GENERIC', 'RUBY'];
/** artifactregistry v1 reference: what a Repository may be created with. */
const FIELDS = [
  ...[
    'name',
    'format',
    'description',
    'labels',
    'kmsKeyName',
    'mode',
    'cleanupPolicies',
    'cleanupPolicyDryRun',
  ],
  ...['dockerConfig', 'mavenConfig', 'virtualRepositoryConfig', 'remoteRepositoryConfig', 'etag'],
  ...['vulnerabilityScanningConfig', 'createTime', 'updateTime'],
];
/** Fields that stay as they were created. */
const FIXED = ['name', 'format', 'kmsKeyName', 'mode'];
const REPOSITORY_ID = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Cloud time an operation takes; the order of magnitude of the real service. */
const DELAY_MS = { create: 8_000, delete: 5_000 };

/** Throws 404 in the service's words. */
export function requireRepository(cloud: Cloud, path: string): Resource {
  const found = cloud.resources.get(storeName(path));
  if (!found) throw new ApiError('NOT_FOUND', `Requested entity was not found: "${path}".`);
  return found;
}

/** The repository as the API prints it: what Terraform leaves out is filled in. */
export function repositoryBody(cloud: Cloud, repository: Resource): Body {
  const path = pathOf(repository.name);
  const sizes = imagesOf(cloud, path).map((image) => Number(image.body['imageSizeBytes'] ?? 0));
  return {
    createTime: repository.createTime,
    updateTime: repository.updateTime,
    mode: 'STANDARD_REPOSITORY',
    ...repository.body,
    name: path,
    sizeBytes: String(sizes.reduce((sum, size) => sum + size, 0)),
  };
}

/** Begins a repository; it is there when the operation is done. */
export function createRepository(
  cloud: Cloud,
  place: RepositoryPlace,
  body: Record<string, unknown>,
): Operation {
  onlyKnown(body, FIELDS, 'repository');
  if (!REPOSITORY_ID.test(place.repository)) {
    throw invalid(
      `Invalid repository_id "${place.repository}": a letter, then letters, digits and hyphens, 63 at most.`,
    );
  }
  const format = stringField(body, 'format') ?? '';
  if (!FORMATS.includes(format))
    throw invalid(`Invalid format "${format}": use one of ${FORMATS.join(', ')}.`);
  const path = repositoryPath(place);
  if (cloud.resources.get(storeName(path))) {
    throw new ApiError('ALREADY_EXISTS', 'the repository already exists');
  }
  return start(cloud, place, DELAY_MS.create, () => {
    const created = cloud.resources.create({
      name: storeName(path),
      assetType: REPOSITORY,
      project: place.project,
      location: place.location,
      body: { ...(body as Body), name: path },
    });
    return { '@type': `${TYPES}.Repository`, ...repositoryBody(cloud, created) };
  });
}

/** Changes what `updateMask` names, at once: patch is no operation in this API. */
export function patchRepository(
  cloud: Cloud,
  path: string,
  body: Record<string, unknown>,
  updateMask: string | null,
): Body {
  requireRepository(cloud, path);
  onlyKnown(body, FIELDS, 'repository');
  const fields = (updateMask ?? Object.keys(body).join(',')).split(',').filter((field) => field !== '');
  const tops = [...new Set(fields.map((field) => camel(field.split('.')[0] ?? '')))];
  const fixed = tops.find((field) => FIXED.includes(field) && updateMask !== null);
  if (fixed !== undefined) throw invalid(`The field "${fixed}" cannot be changed.`);
  const changed = cloud.resources.update(storeName(path), (have) => {
    const next: Body = { ...have };
    for (const field of tops.filter((name) => !FIXED.includes(name))) {
      next[field] = (body as Body)[field] ?? null;
    }
    return next;
  });
  return repositoryBody(cloud, changed);
}

/** Begins the end of a repository and of everything in it. */
export function deleteRepository(cloud: Cloud, place: RepositoryPlace): Operation {
  const path = repositoryPath(place);
  requireRepository(cloud, path);
  return start(cloud, place, DELAY_MS.delete, () => {
    cloud.resources.delete(storeName(path));
    return { '@type': 'type.googleapis.com/google.protobuf.Empty' };
  });
}

/** Begins the removal of every image of one name. Throws 404 when there is none. */
export function deleteImages(cloud: Cloud, place: RepositoryPlace, images: readonly Resource[]): Operation {
  return start(cloud, place, DELAY_MS.delete, () => {
    for (const image of images) cloud.resources.delete(image.name);
    return { '@type': 'type.googleapis.com/google.protobuf.Empty' };
  });
}

function start(cloud: Cloud, place: RepositoryPlace, delayMs: number, run: () => unknown): Operation {
  return cloud.operations.start({
    parent: `projects/${place.project}/locations/${place.location}`,
    metadataType: `${TYPES}.OperationMetadata`,
    metadata: {},
    delayMs,
    run,
  });
}

/** Field masks come in snake_case from client libraries and in camelCase from gcloud. */
const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
