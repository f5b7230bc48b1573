/** Says which groups, versions and kinds the API serves, in the legacy form and in the aggregated one. */
import { KINDS, type Kind } from './kinds.ts';
import { noSuchPath } from './status.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const OBJECT_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const VIEW_VERBS = ['get', 'patch', 'update'];

export interface Discovery {
  readonly body: object;
  readonly contentType: string;
}

/** `segments` is the path: `api`, `api/v1`, `apis`, `apis/G` or `apis/G/V`. Throws 404 for a group nobody serves. */
export function discover(segments: readonly string[], accept: string): Discovery {
  const [root, first, second] = segments;
  // kubectl up to 1.29 asks for v2beta1 alone and breaks on a v2 answer: it gets the legacy form.
  if (first === undefined && accept.includes(AGGREGATED)) {
    return { body: aggregated(root === 'api'), contentType: AGGREGATED };
  }
  return { body: legacy(root === 'api', first, second), contentType: 'application/json' };
}

function legacy(core: boolean, first: string | undefined, second: string | undefined): object {
  if (core) {
    if (first === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    return resourceList('', first);
  }
  if (first === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(groupOf) };
  if (second === undefined) {
    if (!groups().includes(first)) throw noSuchPath();
    return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(first) };
  }
  return resourceList(first, second);
}

const groups = (): string[] => [...new Set(KINDS.map(({ group }) => group))].filter((group) => group !== '');

const versionsOf = (group: string): string[] => [
  ...new Set(KINDS.filter((kind) => kind.group === group).map(({ version }) => version)),
];

function groupOf(name: string): object {
  const versions = versionsOf(name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

const views = (kind: Kind): { name: string; kind: string; group?: string; version?: string }[] => [
  ...(kind.status ? [{ name: 'status', kind: kind.kind }] : []),
  ...(kind.scale ? [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1' }] : []),
];

function resourceList(group: string, version: string): object {
  const kinds = KINDS.filter((kind) => kind.group === group && kind.version === version);
  if (kinds.length === 0) throw noSuchPath();
  const resources = kinds.flatMap((kind) => [
    {
      name: kind.resource,
      singularName: kind.kind.toLowerCase(),
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: OBJECT_VERBS,
      ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    },
    ...views(kind).map(({ name, ...of }) => ({
      name: `${kind.resource}/${name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...of,
      verbs: VIEW_VERBS,
    })),
  ]);
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function aggregated(core: boolean): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: (core ? [''] : groups()).map((group) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versionsOf(group).map((version) => ({
        version,
        freshness: 'Current',
        resources: KINDS.filter((kind) => kind.group === group && kind.version === version).map(
          aggregatedResource,
        ),
      })),
    })),
  };
}

function aggregatedResource(kind: Kind): object {
  const { group, version } = kind;
  return {
    resource: kind.resource,
    responseKind: { group, version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.kind.toLowerCase(),
    verbs: OBJECT_VERBS,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    subresources: views(kind).map((view) => ({
      subresource: view.name,
      responseKind: { group: view.group ?? group, version: view.version ?? version, kind: view.kind },
      verbs: VIEW_VERBS,
    })),
  };
}
