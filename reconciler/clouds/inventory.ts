/** Cloud Asset Inventory: one paged sweep over a scope. */
import { isObject, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError, type Asset, type Clock, type Inventory, type SweepRequest } from '../ports.ts';
import { openPage, streamPage, wholePage } from './asset-pages.ts';
import type { Rest } from './rest.ts';

/** The service's maximum, and the cheapest in a quota that counts calls. Source: asset v1 ListAssetsRequest. */
const PAGE_SIZE = 1000;

export const inventoryOf = (rest: Rest, clock: Pick<Clock, 'sleep'>): Inventory => ({
  sweep: async function* (request) {
    const seen = new Set<string>();
    let token: string | null = null;
    do {
      token = yield* onePage({ rest, clock }, request, token);
      // A token that comes back would lead round and round, and past whatever should have followed.
      if (token !== null && seen.has(token)) {
        throw new CloudError('unexpected', `the inventory of ${request.scope} repeats a page`);
      }
      if (token !== null) seen.add(token);
    } while (token !== null);
  },
});

/** Of a page that broke off after some of it was given out; before that, the client repeats the call itself. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;

/** The assets of one page, each once; the value returned is the next page's token. */
async function* onePage(
  { rest, clock }: { readonly rest: Rest; readonly clock: Pick<Clock, 'sleep'> },
  request: SweepRequest,
  token: string | null,
): AsyncGenerator<readonly Asset[], string | null> {
  const call = { service: 'cloudasset', path: pathOf(request, token), until: request.until } as const;
  const what = `the inventory of ${request.scope}`;
  const given = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const bytes = await rest.read(call, openPage);
      if ('whole' in bytes) {
        const page = wholePage(bytes.whole, what);
        const assets = page.assets.map((asset) => assetOf(asset, request, what));
        yield given.size === 0 ? assets : assets.filter(({ name }) => !given.has(name));
        return page.nextPageToken;
      }
      const parts = streamPage(bytes, what);
      for (;;) {
        const part = await parts.next();
        if (part.done === true) return part.value;
        const fresh = part.value
          .map((asset) => assetOf(asset, request, what))
          .filter(({ name }) => !given.has(name));
        for (const { name } of fresh) given.add(name);
        if (fresh.length > 0) yield fresh;
      }
    } catch (error) {
      const again = error instanceof CloudError && error.retryable && given.size > 0 && attempt < ATTEMPTS;
      if (!again) throw error;
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** Of an asset without content, only what is made use of. Source: system parameter `fields`, all of Google's REST APIs. */
const NAMES = 'nextPageToken,assets(name,updateTime)';

function pathOf({ scope, assetTypes, content }: SweepRequest, pageToken: string | null): string {
  const query = new URLSearchParams({ pageSize: String(PAGE_SIZE) });
  if (content === 'bodies') query.set('contentType', 'RESOURCE');
  else query.set('fields', NAMES);
  for (const type of assetTypes) query.append('assetTypes', type);
  if (pageToken !== null) query.set('pageToken', pageToken);
  return `/v1/${scope}/assets?${query.toString()}`;
}

function assetOf(asset: Json, { content }: SweepRequest, what: string): Asset {
  if (!isObject(asset)) throw notAnAsset(what);
  const { name, updateTime, resource } = asset;
  const assetType = content === 'bodies' ? asset['assetType'] : '';
  if (typeof name !== 'string' || typeof assetType !== 'string') throw notAnAsset(what);
  return {
    name: name.startsWith('//') ? name.slice(2) : name,
    assetType,
    project: content === 'bodies' ? textAt(asset, 'ancestors', 0) : null,
    data: isObject(resource) ? resource['data'] : undefined,
    updateTime: typeof updateTime === 'string' ? updateTime : '',
  };
}

const notAnAsset = (what: string): CloudError =>
  new CloudError('unexpected', `${what} holds an asset without name or type`);
