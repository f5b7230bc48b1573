/** Names in Artifact Registry: resource paths, and the image references that docker speaks. */
import { invalid } from '../core/body.ts';

export const REPOSITORY = 'artifactregistry.googleapis.com/Repository';
export const DOCKER_IMAGE = 'artifactregistry.googleapis.com/DockerImage';

export const storeName = (path: string): string => `artifactregistry.googleapis.com/${path}`;

export interface RepositoryPlace {
  readonly project: string;
  readonly location: string;
  readonly repository: string;
}

export const repositoryPath = ({ project, location, repository }: RepositoryPlace): string =>
  `projects/${project}/locations/${location}/repositories/${repository}`;

export interface ImageReference extends RepositoryPlace {
  /** Package within the repository, e.g. `backend` or `team/backend`. */
  readonly image: string;
  readonly tag: string;
}

const REFERENCE =
  /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?$/;

/** Reads `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE[:TAG]`; the tag is `latest` when none is given. */
export function parseReference(text: string): ImageReference {
  const [, location, project, repository, image, tag = 'latest'] = REFERENCE.exec(text) ?? [];
  if (location === undefined || !project || !repository || !image) {
    throw invalid(
      `invalid reference format: "${text}". Push to LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE:TAG.`,
    );
  }
  return { location, project, repository, image, tag };
}

/** `IMAGE@sha256:…` as the last part of a resource name: slashes of the image are encoded there, and only there. */
export const imageId = (image: string, digest: string): string => `${image.replaceAll('/', '%2F')}@${digest}`;

/** `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE`, without tag or digest. */
export const imageUri = (place: RepositoryPlace, image: string): string =>
  `${place.location}-docker.pkg.dev/${place.project}/${place.repository}/${image}`;
