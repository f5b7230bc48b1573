/** Cloud Asset Inventory: one paged sweep over a scope. */
import { isObject, listAt, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError, type Asset, type Inventory } from '../ports.ts';
import type { Rest } from './rest.ts';

/** The service's maximum, and the cheapest in a quota that counts calls. Source: asset v1 ListAssetsRequest. */
const PAGE_SIZE = 1000;

export const inventoryOf = (rest: Rest): Inventory => ({
  sweep: async function* (scope, assetTypes) {
    let pageToken: string | null = null;
    do {
      const query = new URLSearchParams({ contentType: 'RESOURCE', pageSize: String(PAGE_SIZE) });
      for (const type of assetTypes) query.append('assetTypes', type);
      if (pageToken !== null) query.set('pageToken', pageToken);
      const page = await rest.request({
        service: 'cloudasset',
        path: `/v1/${scope}/assets?${query.toString()}`,
      });
      // Protobuf JSON leaves empty lists out, so `{}` is an empty page; anything else that lacks `assets` is not a page.
      if (!isObject(page))
        throw new CloudError('unexpected', `the inventory of ${scope} answered with no page`);
      for (const asset of listAt(page, 'assets')) yield assetOf(asset, scope);
      pageToken = textAt(page, 'nextPageToken');
    } while (pageToken !== null && pageToken !== '');
  },
});

function assetOf(asset: Json, scope: string): Asset {
  const name = textAt(asset, 'name');
  const assetType = textAt(asset, 'assetType');
  if (name === null || assetType === null || !isObject(asset)) {
    throw new CloudError('unexpected', `the inventory of ${scope} holds an asset without name or type`);
  }
  const resource = asset['resource'];
  return {
    name: name.replace(/^\/\//, ''),
    assetType,
    project: textAt(asset, 'ancestors', 0),
    data: isObject(resource) ? (resource['data'] ?? null) : null,
    updateTime: textAt(asset, 'updateTime') ?? '',
  };
}
