/** Asset Inventory over HTTP: scopes, contents, paging from one snapshot, lag, past times, quotas. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cloudAssetService,
  LISTS_PER_MINUTE,
  SEARCHES_PER_MINUTE,
} from '../../../local-cloud/cloudasset/service.ts';
import { controlService } from '../../../local-cloud/control/service.ts';
import { setPolicy } from '../../../local-cloud/core/iam-policy.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

const FOLDER = '/v1/folders/1000/assets';
const ACME = 'compute.googleapis.com/projects/acme-prod';
const HOUR = 3_600_000;

interface Asset {
  name: string;
  assetType: string;
  resource?: { data: Record<string, unknown>; parent: string; discoveryName: string };
}

describe('Asset Inventory', () => {
  let local: BareCloud;
  const get = (path: string, headers?: Record<string, string>) =>
    local.call('cloudasset', 'GET', path, undefined, headers);
  const assets = async (path: string) => (await get(path)).body['assets'] as Asset[];
  const names = async (path: string) => (await assets(path)).map((asset) => asset.name);

  beforeEach(async () => {
    local = await bareCloud([cloudAssetService, controlService]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it('lists every kind a tenant has, across projects, with the body its API answers', async () => {
    putTenant(local.cloud, 'other');
    const all = await assets(`${FOLDER}?contentType=RESOURCE&pageSize=1000`);
    expect(all).toHaveLength(20);
    expect(new Set(all.map((asset) => asset.assetType)).size).toBe(8);
    const router = all.find((asset) => asset.name === `//${ACME}/regions/us-central1/routers/acme-router`);
    expect(router).toMatchObject({
      assetType: 'compute.googleapis.com/Router',
      ancestors: [expect.stringMatching(/^projects\/\d+$/), 'folders/1000', 'organizations/2000'],
      resource: {
        version: 'v1',
        discoveryName: 'Router',
        location: 'us-central1',
        data: { nats: [{ name: 'acme-nat' }] },
      },
    });
    const pool = all.find((asset) => asset.name.endsWith('/clusters/acme/nodePools/gpu'));
    expect(pool?.resource?.parent).toBe(
      '//container.googleapis.com/projects/acme-prod/locations/us-central1/clusters/acme',
    );
  });

  it.each([
    ['/v1/organizations/2000/assets', 20],
    ['/v1/projects/acme-prod/assets', 10],
    [`${FOLDER}?assetTypes=compute.googleapis.com/Router`, 2],
    [`${FOLDER}?assetTypes=compute.googleapis.com.*&assetTypes=.*NodePool`, 10],
  ])('%s gives %i assets', async (path, count) => {
    putTenant(local.cloud, 'other');
    expect(await assets(path)).toHaveLength(count);
  });

  it('shows only types of its own, also when no type is asked for', async () => {
    const place = { project: 'new-prod', location: 'global', body: {} };
    const add = (name: string, assetType: string) =>
      local.cloud.resources.create({ ...place, name: `${assetType.split('/')[0] ?? ''}/${name}`, assetType });
    add('projects/new-prod/global/addresses/new-pools', 'compute.googleapis.com/GlobalAddress');
    add('projects/new-prod/global/networks/vpc/services/s', 'servicenetworking.googleapis.com/Connection');
    const found = await assets('/v1/projects/new-prod/assets');
    expect(found.map(({ assetType }) => assetType)).toEqual(['compute.googleapis.com/GlobalAddress']);
  });

  it('takes a project by its number too', async () => {
    const [first] = await assets('/v1/projects/acme-prod/assets?pageSize=1&contentType=RESOURCE');
    const number = first?.resource?.parent.split('/').at(-1) ?? '';
    expect(await assets(`/v1/projects/${number}/assets`)).toHaveLength(10);
  });

  it.each([
    ['/v1/folders/77/assets', 403],
    ['/v1/everything/assets', 400],
    [`${FOLDER}?assetTypes=compute.googleapis.com/Nonsense`, 400],
    [`${FOLDER}?assetTypes=(`, 400],
    [`${FOLDER}?contentType=EVERYTHING`, 400],
    [`${FOLDER}?contentType=ORG_POLICY`, 501],
    [`${FOLDER}?pageSize=-1`, 400],
    [`${FOLDER}?pageToken=abc`, 400],
    [`${FOLDER}?readTime=yesterday`, 400],
    [`${FOLDER}?readTime=2001-01-01T00:00:00Z`, 400],
  ])('refuses %s with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it('carries no bodies unless asked, and takes the content type by number', async () => {
    expect((await assets(FOLDER))[0]?.resource).toBeUndefined();
    expect((await assets(`${FOLDER}?contentType=1`))[0]?.resource).toBeDefined();
  });

  it('lists policies as assets of the resource they guard, and only when asked', async () => {
    const name = 'cloudresourcemanager.googleapis.com/projects/acme-prod';
    const bindings = [{ role: 'roles/viewer', members: ['user:a@example.com'] }];
    setPolicy(local.cloud, { name, project: 'acme-prod' }, { policy: { bindings } });
    expect(await assets(`${FOLDER}?contentType=IAM_POLICY`)).toMatchObject([
      {
        name: `//${name}`,
        assetType: 'cloudresourcemanager.googleapis.com/Project',
        iamPolicy: { bindings },
      },
    ]);
    expect(await assets(FOLDER)).toHaveLength(10);
  });

  it('gives each asset exactly once for any page size, whatever changes between the pages', async () => {
    const whole = await names(`${FOLDER}?pageSize=1000`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.boolean(), async (size, disturb) => {
        const found: string[] = [];
        let token = '';
        const made: string[] = [];
        do {
          const { body } = await get(`${FOLDER}?pageSize=${size}&pageToken=${token}`);
          found.push(...(body['assets'] as Asset[]).map((asset) => asset.name));
          token = (body['nextPageToken'] as string | undefined) ?? '';
          if (disturb) {
            const name = `${ACME}/global/networks/n${made.length}`;
            const type = 'compute.googleapis.com/Network';
            local.cloud.resources.create({
              name,
              assetType: type,
              project: 'acme-prod',
              location: 'global',
              body: {},
            });
            made.push(name);
          }
        } while (token !== '');
        for (const name of made) local.cloud.resources.delete(name);
        // The property asks far more often than the quota of a standing minute allows.
        await local.cloud.clock.advance(60_000);
        expect(found).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it('does not go on with another question', async () => {
    const { body } = await get(`${FOLDER}?pageSize=2`);
    const token = String(body['nextPageToken']);
    expect((await get(`${FOLDER}?pageSize=2&contentType=RESOURCE&pageToken=${token}`)).status).toBe(400);
    expect((await get(`${FOLDER}?pageSize=5&pageToken=${token}`)).status).toBe(200);
  });

  it('shows what was true a lag ago: deletes and creates appear late', async () => {
    const network = `${ACME}/global/networks/acme-vpc`;
    await local.call('control', 'POST', '/inventory', { lagMs: 2 * HOUR });
    expect(await names(FOLDER)).toEqual([]);
    await local.cloud.clock.advance(3 * HOUR);
    local.cloud.resources.delete(network);
    expect(await names(FOLDER)).toContain(`//${network}`);
    await local.cloud.clock.advance(2 * HOUR);
    expect(await names(FOLDER)).not.toContain(`//${network}`);
    await local.call('control', 'POST', '/inventory', { lagMs: 0 });
    expect(await names(FOLDER)).toHaveLength(9);
    expect((await local.call('control', 'POST', '/inventory', { lagMs: -1 })).status).toBe(400);
  });

  it('answers for a past time within 35 days', async () => {
    const before = new Date(local.cloud.clock.now()).toISOString();
    await local.cloud.clock.advance(HOUR);
    local.cloud.resources.update(`${ACME}/regions/us-central1/routers/acme-router`, (body) => ({
      ...body,
      nats: [],
    }));
    const nats = async (query: string) => {
      const path = `${FOLDER}?contentType=RESOURCE&assetTypes=compute.googleapis.com/Router${query}`;
      return (await assets(path))[0]?.resource?.data['nats'];
    };
    expect(await nats('')).toEqual([]);
    expect(await nats(`&readTime=${before}`)).toHaveLength(1);
    await local.cloud.clock.advance(36 * 24 * HOUR);
    expect((await get(`${FOLDER}?readTime=${before}`)).status).toBe(400);
  });

  it('allows 100 lists a minute and consumer project, and says 429 beyond', async () => {
    const lists = await Promise.all(Array.from({ length: LISTS_PER_MINUTE + 1 }, () => get(FOLDER)));
    expect(lists.filter(({ status }) => status === 200)).toHaveLength(LISTS_PER_MINUTE);
    expect(lists.find(({ status }) => status !== 200)).toMatchObject({
      status: 429,
      body: { error: { status: 'RESOURCE_EXHAUSTED', details: [{ reason: 'RATE_LIMIT_EXCEEDED' }] } },
    });
    expect((await get(FOLDER, { 'x-goog-user-project': 'other-prod' })).status).toBe(200);
    await local.cloud.clock.advance(60_000);
    expect((await get(FOLDER)).status).toBe(200);
  });

  describe('search', () => {
    const search = (query: string) => get(`/v1/folders/1000:searchAllResources?${query}`);
    const found = async (query: string) => (await search(query)).body['results'] as { name: string }[];

    it.each([
      ['query=acme-vpc', 1],
      ['query=labels.tenant=acme', 1],
      ['query=labels.tenant:ac*', 1],
      ['query=state=RUNNING AND location:us-central1', 4],
      ['query=name:nodePools&assetTypes=container.googleapis.com/NodePool', 2],
      ['assetTypes=iam.googleapis.com/ServiceAccount', 2],
    ])('%s finds %i', async (query, count) => {
      expect(await found(encodeURI(query))).toHaveLength(count);
    });

    it('describes what it finds', async () => {
      expect(await found('assetTypes=container.googleapis.com/Cluster')).toMatchObject([
        { displayName: 'acme', state: 'RUNNING', labels: { tenant: 'acme' }, location: 'us-central1' },
      ]);
    });

    it.each([
      ['query=a OR b', 501],
      ['query=colour:red', 400],
      ['orderBy=createTime', 501],
    ])('refuses %s with %i', async (query, status) => {
      expect((await search(encodeURI(query))).status).toBe(status);
    });

    it('gives at most 500 on a page', async () => {
      for (let i = 0; i < 600; i++) {
        const name = `${ACME}/global/networks/n${i}`;
        const type = 'compute.googleapis.com/Network';
        local.cloud.resources.create({
          name,
          assetType: type,
          project: 'acme-prod',
          location: 'global',
          body: {},
        });
      }
      const first = await search('pageSize=5000');
      expect(first.body['results']).toHaveLength(500);
      const token = String(first.body['nextPageToken']);
      expect(await found(`pageSize=5000&pageToken=${token}`)).toHaveLength(110);
    });

    it('allows 400 searches a minute', async () => {
      const all = await Promise.all(
        Array.from({ length: SEARCHES_PER_MINUTE + 1 }, () => search('pageSize=1')),
      );
      expect(all.filter(({ status }) => status === 429)).toHaveLength(1);
    });
  });
});
