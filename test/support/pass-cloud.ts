/** The inventory, the owning APIs and the clusters of a measured fleet: answers made up as they are asked for. */
import { collect, parseBody } from '../../reconciler/clouds/body.ts';
import type { ReadBody, Rest, RestRequest } from '../../reconciler/clouds/rest.ts';
import { CloudError } from '../../reconciler/ports.ts';
import { Socket, Stencil, ZERO } from './stencil.ts';
import { AT, foreignRule, objects, partial, resources, type Resource } from './template.ts';

const PAGE = 1000;
/** More than stands around a page's assets. */
const TAIL = 64;

const NUMBER = /t(\d{6})-prod-1/;

/** What may be changed between passes, or while one runs. */
export interface PassWorldState {
  /** Whether a tenant of this number has a variable that nobody asked for. */
  drifted: (number: number) => boolean;
  /** Whether its cluster's metadata tells that something was changed. An event that is missed does not. */
  tells: (number: number) => boolean;
  /** Whether somebody else's firewall rule stands in its network. */
  foreign: (number: number) => boolean;
  /** Whether the inventory shows anything of its project. */
  shown: (number: number) => boolean;
  /** Told of every call before it is answered; what it throws is what the call meets. A cluster waits for it. */
  onCall: (what: string) => Promise<void> | undefined;
}

export function cloudOf(size: number, state: PassWorldState) {
  const all = resources();
  const asset = ({ name, assetType, body }: Resource): Stencil =>
    new Stencil(
      JSON.stringify({
        name,
        assetType,
        ancestors: ['projects/1', 'folders/1000'],
        updateTime: AT,
        resource: { version: 'v1', data: body },
      }),
    );
  const brief = ({ name }: Resource): Stencil => new Stencil(JSON.stringify({ name, updateTime: AT }));
  const assets = all.map(asset);
  const foreign = foreignRule();
  const inventory = {
    bodies: { own: assets, foreign: asset(foreign) },
    names: { own: all.map(brief), foreign: brief(foreign) },
  };
  const bodies = new Map(
    [...all, foreign].map(({ name, body }) => [
      name.replace(/^\/\/[^/]+/, ''),
      new Stencil(JSON.stringify(body)),
    ]),
  );
  const kinds = objects();
  const lists = new Map(
    Object.entries(kinds).map(([plural, { full, drifted }]) => [
      plural,
      {
        objects: new Stencil(listText('List', full)),
        drifted: new Stencil(listText('List', drifted)),
        metadata: new Stencil(listText('PartialObjectMetadataList', full.map(partial))),
        moved: new Stencil(listText('PartialObjectMetadataList', drifted.map(partial))),
      },
    ]),
  );

  /** Asset by asset over these tenants, as an inventory that is sorted by name gives them. */
  const page = async function* (
    content: (typeof inventory)['names'],
    numbers: { readonly from: number; readonly count: number },
    token: number,
  ): AsyncGenerator<Uint8Array> {
    const { from, count } = numbers;
    const all = [...content.own, content.foreign];
    const end = Math.min(token + PAGE, all.length * count);
    const socket = new Socket();
    socket.write(`{"readTime":"${AT}","assets":[`);
    let isFirst = true;
    for (let n = token; n < end; n += 1) {
      const stencil = all[Math.floor(n / count)];
      const number = from + (n % count);
      if (stencil === undefined || !state.shown(number)) continue;
      if (stencil === content.foreign && !state.foreign(number)) continue;
      if (!socket.hasRoomFor(stencil.size + TAIL)) yield socket.take();
      if (!isFirst) socket.write(',');
      isFirst = false;
      socket.fill(stencil, number);
    }
    socket.write(`]${end < all.length * count ? `,"nextPageToken":"${end}"` : ''}}`);
    yield socket.take();
  };
  const answer = ({ service, path }: RestRequest): AsyncGenerator<Uint8Array> => {
    const url = new URL(path, 'http://bench');
    void state.onCall(`${service} ${url.pathname}`);
    if (service === 'cloudasset') {
      const content = inventory[url.searchParams.has('contentType') ? 'bodies' : 'names'];
      const own = NUMBER.exec(url.pathname)?.[1];
      const numbers = own === undefined ? { from: 0, count: size } : { from: Number(own), count: 1 };
      return page(content, numbers, Number(url.searchParams.get('pageToken') ?? 0));
    }
    const number = NUMBER.exec(url.pathname)?.[1] ?? ZERO;
    const body = bodies.get(url.pathname.replace(/^\/(compute\/)?v1/, '').replaceAll(number, ZERO));
    const isGone = url.pathname.endsWith('/somebody-elses') && !state.foreign(Number(number));
    if (body === undefined || isGone) throw new CloudError('not-found', path, { httpStatus: 404 });
    return onePiece(body.of(Number(number)));
  };
  const rest: Rest = {
    read: <T>(request: RestRequest, read: ReadBody<T>) => read(answer(request), request.path),
    request: async (request) =>
      parseBody(await collect(answer(request), Infinity, request.path), request.path),
  };
  const http = async ({ endpoint, path, accept }: { endpoint: string; path: string; accept: string }) => {
    const number = Number(endpoint.slice(1, 7));
    const query = path.indexOf('?');
    const plural = path.slice(path.lastIndexOf('/', query) + 1, query);
    const texts = lists.get(plural);
    if (texts === undefined) throw new CloudError('unexpected', path);
    await state.onCall(`kubernetes t${endpoint.slice(1, 7)} ${plural}`);
    const isDrifted = state.drifted(number);
    const text = accept.includes('Partial')
      ? texts[isDrifted && state.tells(number) ? 'moved' : 'metadata']
      : texts[isDrifted ? 'drifted' : 'objects'];
    return text.of(number);
  };
  return {
    rest,
    http,
    bytes: {
      assets: assets.reduce((sum, stencil) => sum + stencil.size, 0),
      objects: [...lists.values()].reduce((sum, { objects: text }) => sum + text.size, 0),
    },
  };
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const listText = (kind: string, items: readonly object[]): string =>
  JSON.stringify({ kind, apiVersion: 'v1', metadata: { resourceVersion: '12345' }, items });
