/** Artifact Registry v1: repositories, and the Docker images builds push into them. */
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pageOf } from '../core/paging.ts';
import { projectId } from '../core/projects.ts';
import type { Call, Handler, Method, Service, Source } from '../core/service.ts';
import type { Resource } from '../core/store.ts';
import { forgetImagesWithTheirRepository, imagesOf, packageOf, push, tagsOf } from './images.ts';
import { REPOSITORY, repositoryPath, storeName, type RepositoryPlace } from './names.ts';
import {
  createRepository,
  deleteImages,
  deleteRepository,
  patchRepository,
  repositoryBody,
  requireRepository,
} from './repositories.ts';

const REFERENCE: Source = { kind: 'documented', from: 'artifactregistry v1 REST reference' };
const ASSUMED: Source = {
  kind: 'assumed',
  from: 'artifactregistry v1 REST reference; durations are guesses',
};
const OURS: Source = {
  kind: 'assumed',
  from: "ours, for the docker stand-in only: the real service takes pushes by the registry protocol on pkg.dev; errors in docker's words",
};

const LOCATION = '/v1/projects/{project}/locations/{location}';
const REPOSITORIES = `${LOCATION}/repositories`;
const ONE = `${REPOSITORIES}/{repository}`;
const IMAGES = `${ONE}/dockerImages`;
const PACKAGES = `${ONE}/packages`;

/** artifactregistry v1 reference: `pageSize` of every list method. */
const PAGES = { standard: 100, max: 1000 };

export function artifactRegistryService(cloud: Cloud): Service {
  const stopListening = forgetImagesWithTheirRepository(cloud);
  return {
    name: 'artifactregistry',
    title: 'Artifact Registry',
    host: 'artifactregistry.googleapis.com',
    methods: [
      ...repositoryMethods(cloud),
      ...imageMethods(cloud),
      ...packageMethods(cloud),
      method('operations.get', 'GET', `${LOCATION}/operations/{operation}`, REFERENCE, (call) =>
        cloud.operations.get(call.url.pathname.slice('/v1/'.length)),
      ),
      {
        id: 'local.push',
        http: 'POST',
        path: '/local/push',
        source: OURS,
        handler: (call) => push(cloud, call),
      },
    ],
    close: async () => stopListening(),
  };
}

const method = (
  id: string,
  http: Method['http'],
  path: string,
  source: Source,
  handler: Handler,
): Method => ({
  id: `artifactregistry.projects.locations.${id}`,
  http,
  path,
  source,
  handler,
});

function placeOf(cloud: Cloud, call: Call, repository = call.params['repository'] ?? ''): RepositoryPlace {
  return {
    project: projectId(cloud, call.param('project')),
    location: call.param('location'),
    repository,
  };
}

function paged<T>(call: Call, items: readonly T[], key: (item: T) => string) {
  const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
  return pageOf(items, ask, { ...PAGES, key });
}

function repositoryMethods(cloud: Cloud): Method[] {
  const path = (call: Call) => repositoryPath(placeOf(cloud, call));
  return [
    method('repositories.list', 'GET', REPOSITORIES, REFERENCE, (call) => {
      const { project, location } = placeOf(cloud, call);
      const all = cloud.resources.list({
        assetType: REPOSITORY,
        project,
        ...(location !== '-' && { location }),
      });
      const { items, ...next } = paged(call, all, ({ name }) => name);
      return { repositories: items.map((repository) => repositoryBody(cloud, repository)), ...next };
    }),
    method('repositories.get', 'GET', ONE, REFERENCE, (call) =>
      repositoryBody(cloud, requireRepository(cloud, path(call))),
    ),
    method('repositories.create', 'POST', REPOSITORIES, ASSUMED, (call) => {
      const id = call.query.get('repositoryId') ?? call.query.get('repository_id') ?? '';
      return createRepository(cloud, placeOf(cloud, call, id), call.json());
    }),
    method('repositories.patch', 'PATCH', ONE, REFERENCE, (call) =>
      patchRepository(cloud, path(call), call.json(), call.query.get('updateMask')),
    ),
    method('repositories.delete', 'DELETE', ONE, ASSUMED, (call) =>
      deleteRepository(cloud, placeOf(cloud, call)),
    ),
  ];
}

function imageMethods(cloud: Cloud): Method[] {
  const images = (call: Call) => repositoryImages(cloud, call);
  return [
    method('repositories.dockerImages.list', 'GET', IMAGES, REFERENCE, (call) => {
      const { items, ...next } = paged(call, images(call), ({ name }) => name);
      return { dockerImages: items.map(({ body }) => body), ...next };
    }),
    method('repositories.dockerImages.get', 'GET', `${IMAGES}/{image=**}`, REFERENCE, (call) => {
      const path = repositoryPath(placeOf(cloud, call));
      const id = call.param('image').replaceAll('/', '%2F');
      const found = cloud.resources.get(storeName(`${path}/dockerImages/${id}`));
      if (!found) throw new ApiError('NOT_FOUND', `image "${call.param('image')}" not found in "${path}"`);
      return found.body;
    }),
  ];
}

function packageMethods(cloud: Cloud): Method[] {
  const named = (call: Call): Resource[] => {
    const found = repositoryImages(cloud, call).filter((image) => packageOf(image) === call.param('package'));
    if (found.length === 0) {
      throw new ApiError('NOT_FOUND', `Package "${call.param('package')}" was not found.`);
    }
    return found;
  };
  const packageBody = (call: Call, name: string, images: readonly Resource[]) => ({
    name: `${repositoryPath(placeOf(cloud, call))}/packages/${encodeURIComponent(name)}`,
    createTime: images.map((image) => image.createTime).sort()[0],
    updateTime: images
      .map((image) => image.updateTime)
      .sort()
      .at(-1),
  });
  return [
    method('repositories.packages.list', 'GET', PACKAGES, REFERENCE, (call) => {
      const all = Map.groupBy(repositoryImages(cloud, call), packageOf);
      const { items, ...next } = paged(call, [...all].sort(byName), ([name]) => name);
      return { packages: items.map(([name, images]) => packageBody(call, name, images)), ...next };
    }),
    method('repositories.packages.get', 'GET', `${PACKAGES}/{package}`, REFERENCE, (call) =>
      packageBody(call, call.param('package'), named(call)),
    ),
    method('repositories.packages.delete', 'DELETE', `${PACKAGES}/{package}`, ASSUMED, (call) =>
      deleteImages(cloud, placeOf(cloud, call), named(call)),
    ),
    method('repositories.packages.tags.list', 'GET', `${PACKAGES}/{package}/tags`, REFERENCE, (call) => {
      const parent = packageBody(call, call.param('package'), []).name;
      const tags = named(call).flatMap((image) =>
        tagsOf(image).map((tag) => ({
          name: `${parent}/tags/${tag}`,
          version: `${parent}/versions/${image.name.slice(image.name.indexOf('@') + 1)}`,
        })),
      );
      const { items, ...next } = paged(
        call,
        tags.sort((a, b) => (a.name < b.name ? -1 : 1)),
        ({ name }) => name,
      );
      return { tags: items, ...next };
    }),
  ];
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

function repositoryImages(cloud: Cloud, call: Call): Resource[] {
  const path = repositoryPath(placeOf(cloud, call));
  requireRepository(cloud, path);
  return imagesOf(cloud, path);
}
