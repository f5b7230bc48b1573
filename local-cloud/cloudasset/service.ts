/** Cloud Asset Inventory v1: list assets with their full bodies, search their metadata, both behind their rate quotas. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalid } from '../core/body.ts';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { pageSize, pageToken, readPageToken } from '../core/paging.ts';
import { consumerProject } from '../core/projects.ts';
import { MinuteQuota } from '../core/quota.ts';
import type { Call, Service, Source } from '../core/service.ts';
import type { Resource } from '../core/store.ts';
import { POLICY } from '../core/iam-policy.ts';
import { assetOf, readContentType, resultOf } from './assets.ts';
import { typeFilter } from './asset-types.ts';
import { HISTORY_MS, inventoryOf, type Moment } from './inventory.ts';
import { scopeOf, type Scope } from './scope.ts';
import { parseSearch } from './search-query.ts';

/** cloud.google.com/asset-inventory/docs/quota, per consumer project. */
export const LISTS_PER_MINUTE = 100;
export const SEARCHES_PER_MINUTE = 400;
const LIST_PAGE = { standard: 100, max: 1_000 };
/** The reference says 500; larger sizes are silently cut to it. */
const SEARCH_PAGE = { standard: 500, max: 500 };

const REFERENCE: Source = {
  kind: 'documented',
  from: 'cloudasset v1 protos and REST reference; paths as gcloud 528 calls them',
};

export function cloudAssetService(cloud: Cloud): Service {
  // From the first resource on: what was not seen cannot be shown later.
  inventoryOf(cloud);
  const lists = new MinuteQuota(cloud.clock, LISTS_PER_MINUTE);
  const searches = new MinuteQuota(cloud.clock, SEARCHES_PER_MINUTE);
  return {
    name: 'cloudasset',
    title: 'Cloud Asset Inventory',
    host: 'cloudasset.googleapis.com',
    methods: [
      {
        id: 'cloudasset.assets.list',
        http: 'GET',
        path: '/v1/{parent=**}/assets',
        source: REFERENCE,
        handler: (call) => {
          const scope = scopeOf(cloud, call.param('parent'));
          meter(lists, 'ListAssets', call, scope);
          return listAssets(cloud, call, scope);
        },
      },
      {
        id: 'cloudasset.searchAllResources',
        http: 'GET',
        path: '/v1/{scope=**}:searchAllResources',
        source: REFERENCE,
        handler: (call) => {
          const scope = scopeOf(cloud, call.param('scope'));
          meter(searches, 'SearchAllResources', call, scope);
          return searchAllResources(cloud, call, scope);
        },
      },
    ],
  };
}

function meter(quota: MinuteQuota, what: string, call: Call, scope: Scope): void {
  const consumer = consumerProject(call, scope.consumer);
  if (quota.take(consumer)) return;
  throw new ApiError(
    'RESOURCE_EXHAUSTED',
    `Quota exceeded for quota metric '${what} Requests' and limit '${what} Requests per minute' of service ` +
      `'cloudasset.googleapis.com' for consumer 'projects/${consumer}' (${quota.limit} per minute).`,
    {
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'RATE_LIMIT_EXCEEDED',
          domain: 'googleapis.com',
          metadata: { service: 'cloudasset.googleapis.com', consumer: `projects/${consumer}` },
        },
      ],
    },
  );
}

function listAssets(cloud: Cloud, call: Call, scope: Scope): object {
  const content = readContentType(call.query.get('contentType'));
  const wanted = typeFilter(call.query.getAll('assetTypes'));
  const page = snapshotPage(cloud, call, LIST_PAGE, (resource) => {
    if (!scope.holds(resource.project)) return false;
    return (
      (resource.assetType === POLICY) === (content === 'IAM_POLICY') &&
      wanted(assetOf(resource, content).assetType)
    );
  });
  return {
    readTime: timestamp(page.moment.at),
    assets: page.items.map((resource) => assetOf(resource, content)),
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
  };
}

function searchAllResources(cloud: Cloud, call: Call, scope: Scope): object {
  const orderBy = call.query.get('orderBy');
  if (orderBy && orderBy !== 'name') {
    throw new ApiError(
      'UNIMPLEMENTED',
      `searchAllResources: orderBy ${orderBy} is not part of the local cloud.`,
    );
  }
  const wanted = typeFilter(call.query.getAll('assetTypes'));
  const holds = parseSearch(call.query.get('query'));
  const page = snapshotPage(cloud, call, SEARCH_PAGE, (resource) => {
    if (!scope.holds(resource.project) || resource.assetType === POLICY) return false;
    return wanted(resource.assetType) && holds(resultOf(resource));
  });
  return {
    results: page.items.map(resultOf),
    ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
  };
}

/** A page token carries the moment of the first page, so that a change between two pages neither doubles nor drops. */
const pageState = z.strictObject({
  at: z.number(),
  sequence: z.number(),
  after: z.string(),
  /** Hash of everything else that was asked: another question cannot go on with this answer. */
  question: z.string(),
});
type PageState = z.infer<typeof pageState>;

function snapshotPage(
  cloud: Cloud,
  call: Call,
  limits: { standard: number; max: number },
  holds: (resource: Resource) => boolean,
): { items: Resource[]; moment: Moment; nextPageToken?: string } {
  const inventory = inventoryOf(cloud);
  const question = questionOf(call);
  const state = readState(call.query.get('pageToken'), question);
  const moment = state ?? inventory.moment(readTime(cloud, call));
  const size = pageSize(call.query.get('pageSize'), limits);
  const rest = inventory.at(moment).filter((r) => (state === undefined || r.name > state.after) && holds(r));
  const items = rest.slice(0, size);
  const last = items.at(-1);
  if (rest.length <= size || last === undefined) return { items, moment };
  const next: PageState = { at: moment.at, sequence: moment.sequence, after: last.name, question };
  return { items, moment, nextPageToken: pageToken(JSON.stringify(next)) };
}

function questionOf(call: Call): string {
  const asked = [...call.query].filter(
    ([name]) => name !== 'pageToken' && name !== 'pageSize' && name !== 'readTime',
  );
  return createHash('sha256')
    .update(JSON.stringify([call.url.pathname, asked.sort()]))
    .digest('base64url')
    .slice(0, 12);
}

function readState(token: string | null, question: string): PageState | undefined {
  if (!token) return undefined;
  const parsed = pageState.safeParse(parseJson(readPageToken(token)));
  if (parsed.success && parsed.data.question === question) return parsed.data;
  throw invalid('The page token belongs to another request: repeat all other parameters.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readTime(cloud: Cloud, call: Call): number | undefined {
  const text = call.query.get('readTime');
  if (!text) return undefined;
  const time = Date.parse(text);
  const now = cloud.clock.now();
  if (Number.isNaN(time) || time > now || time < now - HISTORY_MS) {
    throw invalid(`Invalid readTime "${text}": want a timestamp within the last 35 days.`);
  }
  return time;
}
