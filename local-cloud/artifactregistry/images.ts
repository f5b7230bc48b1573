/**
 * Docker images as resources below their repository. There is no registry protocol here: Cloud Build's docker
 * stand-in tells us of an image instead of uploading layers, and we keep what Artifact Registry would say about it.
 */
import { integerField, invalid, stringField } from '../core/body.ts';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { ANONYMOUS } from '../core/identity.ts';
import type { Call } from '../core/service.ts';
import type { Body, Resource } from '../core/store.ts';
import {
  DOCKER_IMAGE,
  imageId,
  imageUri,
  parseReference,
  repositoryPath,
  REPOSITORY,
  storeName,
  type ImageReference,
} from './names.ts';

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** All images of a repository, in name order. */
export const imagesOf = (cloud: Cloud, repository: string): Resource[] =>
  cloud.resources.list({ assetType: DOCKER_IMAGE, prefix: `${storeName(repository)}/dockerImages/` });

/** The image's name within its repository, e.g. `team/backend`. */
export function packageOf(image: Resource): string {
  const id = image.name.slice(image.name.lastIndexOf('/') + 1);
  return decodeURIComponent(id.slice(0, id.indexOf('@')));
}

export const tagsOf = (image: Resource): string[] => (image.body['tags'] ?? []) as string[];

/** However a repository goes (this API, Terraform), its images go with it. */
export function forgetImagesWithTheirRepository(cloud: Cloud): () => void {
  return cloud.resources.onChange(({ type, resource }) => {
    if (type !== 'delete' || resource.assetType !== REPOSITORY) return;
    const prefix = `${resource.name}/dockerImages/`;
    for (const image of cloud.resources.list({ assetType: DOCKER_IMAGE, prefix })) {
      cloud.resources.delete(image.name);
    }
  });
}

/**
 * Records a pushed image: body `{reference, digest, sizeBytes}`, answers `{uri, digest}`. The tag moves to it from
 * any other image of that name. Throws, in a registry's words, when the caller is nobody or the repository is not there.
 */
export function push(cloud: Cloud, call: Call): object {
  const body = call.json();
  const reference = parseReference(stringField(body, 'reference') ?? '');
  const digest = stringField(body, 'digest') ?? '';
  if (!DIGEST.test(digest)) throw invalid(`digest invalid: "${digest}" is not sha256: and 64 hex digits.`);
  const repository = repositoryFor(cloud, call.principal, reference);
  const path = repositoryPath(reference);
  const uri = `${imageUri(reference, reference.image)}@${digest}`;
  const name = storeName(`${path}/dockerImages/${imageId(reference.image, digest)}`);
  takeTag(cloud, repository, reference, digest);
  const known = cloud.resources.get(name);
  const now = timestamp(cloud.clock.now());
  if (known) {
    const tags = [...new Set([...tagsOf(known), reference.tag])].sort();
    cloud.resources.update(name, (image) => ({ ...image, tags, updateTime: now }));
  } else {
    cloud.resources.create({
      name,
      assetType: DOCKER_IMAGE,
      project: reference.project,
      location: reference.location,
      body: {
        name: `${path}/dockerImages/${imageId(reference.image, digest)}`,
        uri,
        tags: [reference.tag],
        imageSizeBytes: String(integerField(body, 'sizeBytes') ?? 0),
        mediaType: MANIFEST,
        uploadTime: now,
        buildTime: now,
        updateTime: now,
      },
    });
  }
  return { uri, digest };
}

function repositoryFor(cloud: Cloud, principal: string, reference: ImageReference): Resource {
  const path = repositoryPath(reference);
  if (principal === ANONYMOUS) {
    throw new ApiError(
      'UNAUTHENTICATED',
      'denied: Unauthenticated request. Unauthenticated requests do not have permission ' +
        `"artifactregistry.repositories.uploadArtifacts" on resource "${path}" (or it may not exist)`,
    );
  }
  const repository = cloud.resources.get(storeName(path));
  if (!repository) {
    throw new ApiError('NOT_FOUND', `name unknown: Repository "${reference.repository}" not found`);
  }
  const format = stringField(repository.body, 'format') ?? '';
  if (format !== 'DOCKER') {
    throw new ApiError(
      'FAILED_PRECONDITION',
      `denied: Repository "${reference.repository}" has format ${format}, not DOCKER`,
    );
  }
  return repository;
}

/** A tag names one image of a package: the one pushed last, unless the repository holds its tags fixed. */
function takeTag(cloud: Cloud, repository: Resource, { image, tag }: ImageReference, digest: string): void {
  const holder = imagesOf(cloud, repository.name.slice(repository.name.indexOf('/') + 1)).find(
    (other) => packageOf(other) === image && tagsOf(other).includes(tag),
  );
  if (!holder || holder.name.endsWith(`@${digest}`)) return;
  const { immutableTags } = (repository.body['dockerConfig'] ?? {}) as Body;
  if (immutableTags === true) {
    throw new ApiError(
      'FAILED_PRECONDITION',
      `manifest invalid: cannot update tag ${tag}. The repository has enabled tag immutability`,
    );
  }
  cloud.resources.update(holder.name, (body) => ({
    ...body,
    tags: tagsOf(holder).filter((other) => other !== tag),
  }));
}
