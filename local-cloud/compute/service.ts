/** Compute Engine v1, as far as a tenant's project needs it: read everything, change routers, make and delete. */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pageOf } from '../core/paging.ts';
import { MinuteQuota } from '../core/quota.ts';
import type { Call, Handler, Method, Service, Source } from '../core/service.ts';
import { numericId, type Body, type Resource } from '../core/store.ts';
import { parseFilter } from './filter.ts';
import { insertFirewall, insertInstance, patchedFirewall, removeInstance } from './inserts.ts';
import {
  byName,
  FIREWALLS,
  INSTANCES,
  KINDS,
  linkTo,
  NETWORKS,
  pathFor,
  placeOf,
  placeTemplate,
  ROUTERS,
  storeName,
  SUBNETWORKS,
} from './kinds.ts';
import type { ComputeKind } from './kinds.ts';
import { keepRoutes } from './routes.ts';
import { ComputeOperations } from './operations.ts';
import { patchedRouter, replacedRouter } from './routers.ts';
import { refuseWhenUsed } from './usage.ts';

const REFERENCE: Source = {
  kind: 'documented',
  from: 'compute v1 REST reference; paths as gcloud 528 calls them',
};

/** Per project and minute, refilled on the minute (cloud.google.com/compute/api-quota: 25 per second). */
export const CALLS_PER_MINUTE = 1_500;
const PAGE = { standard: 500, max: 500, above: 'refuse', key: byName } as const;
/** How long a change takes; networks are the slow ones. Measured by nobody here: an order of magnitude. */
const DELAY_MS = { networks: 20_000, other: 8_000 };

export function computeService(cloud: Cloud): Service {
  const operations = new ComputeOperations(cloud);
  const quota = new MinuteQuota(cloud.clock, CALLS_PER_MINUTE);
  const forgetRoutes = keepRoutes(cloud);
  const methods = [
    ...KINDS.flatMap((kind) => readMethods(cloud, kind)),
    ...[NETWORKS, SUBNETWORKS, ROUTERS, FIREWALLS].map((kind) => deleteMethod(cloud, operations, kind)),
    bodyChange(cloud, operations, ROUTERS, 'patch', 'PATCH', patchedRouter),
    bodyChange(cloud, operations, ROUTERS, 'update', 'PUT', replacedRouter),
    bodyChange(cloud, operations, FIREWALLS, 'patch', 'PATCH', patchedFirewall),
    insertMethod(cloud, operations, FIREWALLS, insertFirewall),
    insertMethod(cloud, operations, INSTANCES, insertInstance),
    change(
      cloud,
      operations,
      INSTANCES,
      'delete',
      'DELETE',
      (instance) => () => removeInstance(cloud, instance),
    ),
    ...operations.methods,
  ];
  return {
    name: 'compute',
    title: 'Compute Engine',
    host: 'compute.googleapis.com',
    operations,
    methods: methods.map((method) => ({ ...method, handler: metered(quota, method.handler) })),
    close: async () => forgetRoutes(),
  };
}

/** Compute Engine says "too many" with 403, not 429. */
function metered(quota: MinuteQuota, handler: Handler): Handler {
  return (call) => {
    const project = call.param('project');
    if (!quota.take(project)) {
      throw new ApiError(
        'PERMISSION_DENIED',
        `Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'compute.googleapis.com' ` +
          `for consumer 'project_number:${numericId(project, 12)}'.`,
        { reason: 'rateLimitExceeded' },
      );
    }
    return handler(call);
  };
}

function readMethods(cloud: Cloud, kind: ComputeKind): Method[] {
  const base = '/compute/v1/projects/{project}';
  const collection = `${base}/${placeTemplate(kind)}/${kind.collection}`;
  const method = (verb: string, path: string, handler: Handler): Method => ({
    id: `compute.${kind.methods}.${verb}`,
    http: 'GET',
    path,
    source: REFERENCE,
    handler,
  });
  const list = method('list', collection, (call) => {
    const { items, ...more } = pageFor(cloud, [kind], call, locationOf(call));
    const id = `projects/${call.param('project')}/${placeOf(kind, locationOf(call))}/${kind.collection}`;
    return {
      kind: `${kind.kind}List`,
      id,
      ...(items.length > 0 && { items: items.map(bodyOf) }),
      ...more,
      selfLink: linkTo(id),
    };
  });
  const get = method('get', `${collection}/{name}`, (call) =>
    bodyOf(cloud.resources.require(nameIn(kind, call))),
  );
  if (kind.scope === 'global') return [list, get];
  const aggregated = method('aggregatedList', `${base}/aggregated/${kind.collection}`, (call) => {
    const together = KINDS.filter(({ collection }) => collection === kind.collection);
    const { items, ...more } = pageFor(cloud, together, call);
    const scopes = Map.groupBy(items, ({ location }) =>
      location === 'global' ? 'global' : placeOf(kind, location),
    );
    return {
      kind: `${kind.kind}AggregatedList`,
      id: `projects/${call.param('project')}/aggregated/${kind.collection}`,
      items: Object.fromEntries(
        [...scopes].map(([scope, found]) => [scope, { [kind.collection]: found.map(bodyOf) }]),
      ),
      ...more,
      selfLink: linkTo(`projects/${call.param('project')}/aggregated/${kind.collection}`),
    };
  });
  return [list, get, aggregated];
}

function pageFor(cloud: Cloud, kinds: readonly ComputeKind[], call: Call, location?: string) {
  const holds = parseFilter(call.query.get('filter'));
  const found = cloud.resources
    .list({ project: call.param('project'), ...(location !== undefined && { location }) })
    .filter(({ assetType, body }) => kinds.some((kind) => kind.assetType === assetType) && holds(body));
  return pageOf(found, { size: call.query.get('maxResults'), token: call.query.get('pageToken') }, PAGE);
}

function deleteMethod(cloud: Cloud, operations: ComputeOperations, kind: ComputeKind): Method {
  return change(cloud, operations, kind, 'delete', 'DELETE', (resource) => {
    refuseWhenUsed(cloud, resource);
    // Looked at once more when the time has come: a subnetwork may have been made meanwhile.
    return () => {
      refuseWhenUsed(cloud, resource);
      cloud.resources.delete(resource.name);
    };
  });
}

function bodyChange(
  cloud: Cloud,
  operations: ComputeOperations,
  kind: ComputeKind,
  verb: string,
  http: Method['http'],
  apply: (body: Body, request: Record<string, unknown>) => Body,
): Method {
  return change(cloud, operations, kind, verb, http, (resource, call) => {
    const request = call.json();
    apply(resource.body, request);
    return () => cloud.resources.update(resource.name, (body) => apply(body, request));
  });
}

/** A method that makes something: `prepare` checks the request and gives the path of what it is about to make. */
function insertMethod(
  cloud: Cloud,
  operations: ComputeOperations,
  kind: ComputeKind,
  prepare: (cloud: Cloud, call: Call) => { path: string; run: () => unknown },
): Method {
  return {
    id: `compute.${kind.methods}.insert`,
    http: 'POST',
    path: `/compute/v1/projects/{project}/${placeTemplate(kind)}/${kind.collection}`,
    source: REFERENCE,
    handler: (call) => {
      const { path, run } = prepare(cloud, call);
      return operations.start({
        type: 'insert',
        target: path,
        project: call.param('project'),
        location: locationOf(call),
        user: call.principal,
        delayMs: DELAY_MS.other,
        run,
      });
    },
  };
}

/** A method that checks at once and works later, as every change in Compute Engine does. */
function change(
  cloud: Cloud,
  operations: ComputeOperations,
  kind: ComputeKind,
  verb: string,
  http: Method['http'],
  prepare: (resource: Resource, call: Call) => () => unknown,
): Method {
  return {
    id: `compute.${kind.methods}.${verb}`,
    http,
    path: `/compute/v1/projects/{project}/${placeTemplate(kind)}/${kind.collection}/{name}`,
    source: REFERENCE,
    handler: (call) => {
      const resource = cloud.resources.require(nameIn(kind, call));
      return operations.start({
        type: verb,
        target: pathFor(kind, call.param('project'), locationOf(call), call.param('name')),
        project: call.param('project'),
        location: locationOf(call),
        user: call.principal,
        delayMs: kind === NETWORKS ? DELAY_MS.networks : DELAY_MS.other,
        run: prepare(resource, call),
      });
    },
  };
}

const nameIn = (kind: ComputeKind, call: Call): string =>
  storeName(pathFor(kind, call.param('project'), locationOf(call), call.param('name')));

const locationOf = ({ params }: Call): string => params['region'] ?? params['zone'] ?? 'global';

/** The stored body, with the fields every Compute Engine resource has. */
function bodyOf(resource: Resource): Body {
  return {
    id: numericId(resource.name, 19),
    creationTimestamp: timestamp(Date.parse(resource.createTime)),
    ...resource.body,
  };
}
