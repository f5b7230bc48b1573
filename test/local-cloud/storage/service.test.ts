/** Cloud Storage over HTTP: what state locks, logs and sources rely on. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageService } from '../../../local-cloud/storage/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';

let bare: BareCloud;
let base: string;

beforeAll(async () => {
  bare = await bareCloud([storageService]);
  base = bare.cloud.endpoints['storage']!;
  await newBucket('objects');
});
afterAll(() => bare.close());

const newBucket = (name: string) =>
  bare.call('storage', 'POST', '/storage/v1/b?project=acme-prod', { name, location: 'us-central1' });

const upload = (name: string, text: string, more = '') =>
  fetch(`${base}/upload/storage/v1/b/objects/o?uploadType=media&name=${encodeURIComponent(name)}${more}`, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'text/plain' },
  });

const generationOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { generation: string }).generation;

describe('buckets', () => {
  it('stand in the resource store, where Terraform and Asset Inventory see them', async () => {
    const { status, body } = await newBucket('acme-state');
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'storage#bucket', name: 'acme-state', location: 'US-CENTRAL1' });
    expect(bare.cloud.resources.get('storage.googleapis.com/acme-state')).toMatchObject({
      assetType: 'storage.googleapis.com/Bucket',
      project: 'acme-prod',
      location: 'us-central1',
    });
  });

  it('refuse a name that is taken, is not well formed, or has an unknown setting', async () => {
    await newBucket('taken-name');
    expect((await newBucket('taken-name')).status).toBe(409);
    expect((await newBucket('Upper')).status).toBe(400);
    const odd = await bare.call('storage', 'POST', '/storage/v1/b?project=acme-prod', {
      name: 'odd-one',
      nonsense: 1,
    });
    expect(odd.body['error']).toMatchObject({
      code: 400,
      message: expect.stringContaining('"nonsense"') as string,
    });
  });

  it('are listed by project, page by page', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) {
      await bare.call('storage', 'POST', '/storage/v1/b?project=paged-prod', { name });
    }
    const first = await bare.call('storage', 'GET', '/storage/v1/b?project=paged-prod&maxResults=2');
    const token = String(first.body['nextPageToken']);
    const second = await bare.call(
      'storage',
      'GET',
      `/storage/v1/b?project=paged-prod&maxResults=2&pageToken=${token}`,
    );
    expect(first.body['items']).toHaveLength(2);
    expect(second.body).toMatchObject({ items: [{ name: 'page-c' }] });
    expect(second.body['nextPageToken']).toBeUndefined();
  });

  it('merge labels on patch and raise the metageneration', async () => {
    await newBucket('patched');
    await bare.call('storage', 'PATCH', '/storage/v1/b/patched', { labels: { a: '1', b: '2' } });
    const { body } = await bare.call('storage', 'PATCH', '/storage/v1/b/patched', { labels: { b: null } });
    expect(body).toMatchObject({ labels: { a: '1' }, metageneration: '3' });
    const stale = await bare.call('storage', 'PATCH', '/storage/v1/b/patched?ifMetagenerationMatch=1', {});
    expect(stale.status).toBe(412);
  });

  it('are deleted only when empty, and a bucket gone by any other way loses its objects', async () => {
    await newBucket('short-lived');
    const object = '/upload/storage/v1/b/short-lived/o?uploadType=media&name=x';
    await fetch(base + object, { method: 'POST', body: 'x' });
    expect((await bare.call('storage', 'DELETE', '/storage/v1/b/short-lived')).status).toBe(409);
    bare.cloud.resources.delete('storage.googleapis.com/short-lived');
    await newBucket('short-lived');
    expect((await fetch(`${base}/storage/v1/b/short-lived`, { method: 'DELETE' })).status).toBe(204);
  });
});

describe('objects', () => {
  it('come back as they went in, with the checksums of their content', async () => {
    await upload('env/dev/default.tfstate', '123456789');
    const { body } = await bare.call('storage', 'GET', '/storage/v1/b/objects/o/env%2Fdev%2Fdefault.tfstate');
    expect(body).toMatchObject({
      name: 'env/dev/default.tfstate',
      size: '9',
      crc32c: '4waSgw==',
      generation: expect.stringMatching(/^\d+$/) as string,
    });
    const plain = await fetch(`${base}/objects/env/dev/default.tfstate`);
    expect(await plain.text()).toBe('123456789');
    expect(plain.headers.get('x-goog-hash')).toBe('crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==');
    expect(plain.headers.get('x-goog-generation')).toBe(body['generation']);
    expect(plain.headers.get('content-length')).toBe('9');
    const part = await fetch(`${base}/storage/v1/b/objects/o/env%2Fdev%2Fdefault.tfstate?alt=media`, {
      headers: { range: 'bytes=2-4' },
    });
    expect([part.status, await part.text()]).toEqual([206, '345']);
  });

  it('answer 404 in the form each API has', async () => {
    const { status, body } = await bare.call('storage', 'GET', '/storage/v1/b/objects/o/none');
    expect(status).toBe(404);
    expect(body['error']).toMatchObject({
      code: 404,
      message: 'No such object: objects/none',
      errors: [{ reason: 'notFound' }],
    });
    const bucket = await bare.call('storage', 'GET', '/storage/v1/b/nowhere/o?prefix=x&delimiter=/');
    expect(bucket.body['error']).toMatchObject({ message: 'The specified bucket does not exist.' });
    const plain = await fetch(`${base}/objects/none`);
    expect([plain.status, await plain.text()]).toEqual([
      404,
      expect.stringContaining('<Code>NoSuchKey</Code>'),
    ]);
    expect((await fetch(`${base}/storage/v1/unheard-of/x`)).status).toBe(501);
  });

  it('arrive as metadata and content in one multipart body, bytes untouched', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('\r\n', '\n'),
        async (content, eol) => {
          const head = `--zz${eol}content-type: application/json${eol}${eol}{"name":"multi","metadata":{"k":"v"}}${eol}--zz${eol}Content-Type: text/x${eol}${eol}`;
          const body = Buffer.concat([Buffer.from(head), content, Buffer.from(`${eol}--zz--`)]);
          const response = await fetch(`${base}/upload/storage/v1/b/objects/o?uploadType=multipart`, {
            method: 'POST',
            headers: { 'content-type': "multipart/related; boundary='zz'" },
            body,
          });
          expect(await response.json()).toMatchObject({
            name: 'multi',
            contentType: 'text/x',
            metadata: { k: 'v' },
          });
          const back = await fetch(`${base}/objects/multi`);
          expect(Buffer.from(await back.arrayBuffer())).toEqual(Buffer.from(content));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('arrive in chunks through a resumable session', async () => {
    const open = await fetch(`${base}/upload/storage/v1/b/objects/o?uploadType=resumable&name=chunks`, {
      method: 'POST',
    });
    const session = open.headers.get('location')!;
    const put = (body: string, range: string) =>
      fetch(session, { method: 'PUT', body, headers: { 'content-range': range }, redirect: 'manual' });
    const first = await put('hello ', 'bytes 0-5/*');
    expect([first.status, first.headers.get('range')]).toEqual([308, 'bytes=0-5']);
    expect((await put('x', 'bytes 9-9/*')).status).toBe(400);
    expect((await put('world', 'bytes 6-10/11')).status).toBe(200);
    expect(await (await fetch(`${base}/objects/chunks`)).text()).toBe('hello world');
  });

  it('are refused when the sender saw other bytes than arrived', async () => {
    const body = '--b\r\n\r\n{"name":"bad"}';
    const multipart = `--b\r\ncontent-type: application/json\r\n\r\n{"name":"bad","crc32c":"AAAAAA=="}\r\n--b\r\ncontent-type: text/plain\r\n\r\n${body.length}\r\n--b--`;
    const response = await fetch(`${base}/upload/storage/v1/b/objects/o?uploadType=multipart`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/related; boundary=b' },
      body: multipart,
    });
    expect(response.status).toBe(400);
  });

  it('copy on the server with rewriteTo', async () => {
    await upload('from', 'content');
    await bare.call('storage', 'POST', '/storage/v1/b/objects/o/from/rewriteTo/b/objects/o/to%2Fhere', {});
    expect(await (await fetch(`${base}/objects/to/here`)).text()).toBe('content');
  });
});

describe('listing', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-c/]{1,6}$/), { minLength: 1, maxLength: 12 });

  it('gives every object once, as itself or within its prefix, whatever the page size', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(names, fc.integer({ min: 1, max: 4 }), async (all, size) => {
        const bucket = `list-${String(run++)}-bucket`;
        await newBucket(bucket);
        for (const name of all) {
          await fetch(
            `${base}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`,
            { method: 'POST' },
          );
        }
        const items: string[] = [];
        const prefixes: string[] = [];
        let token = '';
        do {
          const path = `/storage/v1/b/${bucket}/o?delimiter=/&maxResults=${String(size)}&pageToken=${token}`;
          const { body } = await bare.call('storage', 'GET', path);
          items.push(...((body['items'] ?? []) as { name: string }[]).map(({ name }) => name));
          prefixes.push(...((body['prefixes'] ?? []) as string[]));
          token = (body['nextPageToken'] as string | undefined) ?? '';
        } while (token);
        const folder = (name: string) => name.slice(0, name.indexOf('/') + 1);
        expect(items).toEqual(all.filter((name) => !name.includes('/')).sort());
        expect(prefixes).toEqual([...new Set(all.filter((name) => name.includes('/')).map(folder))].sort());
      }),
      { numRuns: 20 },
    );
  });
});

describe('metadata of an object', () => {
  const patch = (name: string, body: object, query = '') =>
    bare.call('storage', 'PATCH', `/storage/v1/b/objects/o/${encodeURIComponent(name)}${query}`, body);

  it('is changed in place: keys are merged, null takes away, content and generation stay', async () => {
    const generation = await generationOf(await upload('folder/patched', 'content'));
    const first = await patch('folder/patched', {
      cacheControl: 'no-store',
      contentType: 'application/json',
      metadata: { a: '1', b: '2' },
    });
    expect(first.body).toMatchObject({ generation, metageneration: '2', contentType: 'application/json' });
    const second = await patch('folder/patched', { cacheControl: null, metadata: { a: null, c: '3' } });
    expect(second.body).toMatchObject({ metageneration: '3', metadata: { b: '2', c: '3' } });
    expect(second.body['metadata']).not.toHaveProperty('a');
    expect(second.body).not.toHaveProperty('cacheControl');
    const content = await fetch(`${base}/storage/v1/b/objects/o/folder%2Fpatched?alt=media`);
    expect(await content.text()).toBe('content');
    expect(content.headers.get('content-type')).toBe('application/json');
    const { body } = await patch('folder/patched', { metadata: null });
    expect(body).not.toHaveProperty('metadata');
  });

  it('tells when it was changed, apart from when the content was written', async () => {
    await upload('timed', 'x');
    await bare.cloud.clock.advance(60_000);
    const { body } = await patch('timed', { metadata: { k: 'v' } });
    expect(
      Date.parse(String(body['updated'])) - Date.parse(String(body['timeCreated'])),
    ).toBeGreaterThanOrEqual(60_000);
  });

  it('is guarded by preconditions and generation, and not there for what is not there', async () => {
    await upload('guarded', 'x');
    expect((await patch('guarded', {}, '?ifMetagenerationMatch=9')).status).toBe(412);
    expect((await patch('guarded', {}, '?ifMetagenerationMatch=1')).status).toBe(200);
    expect((await patch('guarded', {}, '?generation=1')).status).toBe(404);
    expect((await patch('nowhere', {})).status).toBe(404);
  });

  it.each([
    ['an unknown field', { colour: 'red' }, 400],
    ['a number where text belongs', { cacheControl: 5 }, 400],
    ['metadata that is no map of text', { metadata: { a: 1 } }, 400],
    ['a time that is none', { customTime: 'soon' }, 400],
    ['a hold, which nobody would keep here', { temporaryHold: true }, 501],
  ])('refuses %s', async (_what, body, status) => {
    await upload('refused', 'x');
    expect((await patch('refused', body)).status).toBe(status);
    expect((await bare.call('storage', 'GET', '/storage/v1/b/objects/o/refused')).body).toMatchObject({
      metageneration: '1',
    });
  });

  it('keeps a custom time from going away or back', async () => {
    await upload('custom', 'x');
    expect((await patch('custom', { customTime: '2026-05-01T00:00:00Z' })).status).toBe(200);
    expect((await patch('custom', { customTime: '2026-04-01T00:00:00Z' })).status).toBe(400);
    expect((await patch('custom', { customTime: null })).status).toBe(400);
    expect((await patch('custom', { customTime: '2026-06-01T00:00:00Z' })).status).toBe(200);
  });
});

describe('preconditions', () => {
  it('let exactly one of many writers create an object (ifGenerationMatch=0)', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => upload('lock', `holder ${String(i)}`, '&ifGenerationMatch=0')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412, 412, 412]);
  });

  it('say conditionNotMet', async () => {
    await upload('there', 'x');
    const refused = await upload('there', 'y', '&ifGenerationMatch=0');
    expect(await refused.json()).toMatchObject({
      error: { code: 412, errors: [{ reason: 'conditionNotMet' }] },
    });
  });

  it('compare with the live generation in every method, and change nothing when they fail', async () => {
    const step = fc.record({
      method: fc.constantFrom('write', 'read', 'delete'),
      condition: fc.constantFrom('none', 'match-live', 'match-stale', 'match-zero', 'not-match-live'),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const name = `model-${String(run++)}`;
        let live: string | undefined;
        for (const { method, condition } of steps) {
          const { query, holds } = conditionOf(condition, live);
          const url = `${base}/storage/v1/b/objects/o/${name}?${query}`;
          if (method === 'write') {
            const response = await upload(name, 'x', `&${query}`);
            expect(response.status).toBe(holds ? 200 : 412);
            if (holds) {
              const generation = await generationOf(response);
              expect(Number(generation)).toBeGreaterThan(Number(live ?? 0));
              live = generation;
            }
          } else if (live === undefined) {
            expect((await fetch(url, { method: method === 'read' ? 'GET' : 'DELETE' })).status).toBe(404);
          } else if (method === 'read') {
            const refused = condition === 'not-match-live' ? 304 : 412;
            expect((await fetch(url)).status).toBe(holds ? 200 : refused);
          } else {
            expect((await fetch(url, { method: 'DELETE' })).status).toBe(holds ? 204 : 412);
            if (holds) live = undefined;
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

function conditionOf(condition: string, live: string | undefined): { query: string; holds: boolean } {
  if (condition === 'match-live') return { query: `ifGenerationMatch=${live ?? '0'}`, holds: true };
  if (condition === 'match-stale') return { query: 'ifGenerationMatch=7', holds: false };
  if (condition === 'match-zero') return { query: 'ifGenerationMatch=0', holds: live === undefined };
  if (condition === 'not-match-live') return { query: `ifGenerationNotMatch=${live ?? '0'}`, holds: false };
  return { query: '', holds: true };
}
