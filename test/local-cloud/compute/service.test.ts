/** Compute Engine over HTTP: reads, router changes as operations, deletes in order, the 403 that means "too many". */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CALLS_PER_MINUTE, computeService } from '../../../local-cloud/compute/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { putTenant } from '../../support/tenant-resources.ts';

const BASE = '/compute/v1/projects/acme-prod';
const ROUTER = `${BASE}/regions/us-central1/routers/acme-router`;

describe('Compute Engine', () => {
  let local: BareCloud;
  const call = (http: string, path: string, body?: unknown) => local.call('compute', http, path, body);
  const nats = async () => (await call('GET', ROUTER)).body['nats'];

  beforeEach(async () => {
    local = await bareCloud([computeService]);
    putTenant(local.cloud);
  });
  afterEach(() => local.close());

  it('lists and gets what the store holds, with the fields of the API', async () => {
    const list = await call('GET', `${BASE}/global/networks`);
    expect(list.body).toMatchObject({ kind: 'compute#networkList', items: [{ name: 'acme-vpc' }] });
    const aggregated = await call('GET', `${BASE}/aggregated/subnetworks`);
    expect(aggregated.body['items']).toMatchObject({
      'regions/us-central1': { subnetworks: [{ name: 'acme-nodes', ipCidrRange: '10.10.0.0/20' }] },
    });
    expect((await call('GET', `${BASE}/regions/us-central1/addresses`)).body['items']).toBeUndefined();
  });

  it('keeps addresses of a region and global ones apart, and shows both in the aggregated list', async () => {
    local.cloud.resources.create({
      name: 'compute.googleapis.com/projects/acme-prod/global/addresses/acme-pools',
      assetType: 'compute.googleapis.com/GlobalAddress',
      project: 'acme-prod',
      location: 'global',
      body: { name: 'acme-pools', purpose: 'VPC_PEERING' },
    });
    const addresses = await call('GET', `${BASE}/global/addresses`);
    expect(addresses.body).toMatchObject({ kind: 'compute#addressList', items: [{ name: 'acme-pools' }] });
    expect((await call('GET', `${BASE}/global/addresses/acme-pools`)).body['purpose']).toBe('VPC_PEERING');
    expect((await call('GET', `${BASE}/regions/us-central1/addresses`)).body['items']).toBeUndefined();
    expect((await call('GET', `${BASE}/aggregated/addresses`)).body['items']).toMatchObject({
      global: { addresses: [{ name: 'acme-pools' }] },
    });
  });

  it('gives networks and subnetworks the routes that come with them, and takes those away again', async () => {
    const routes = async () =>
      ((await call('GET', `${BASE}/global/routes`)).body['items'] ?? []) as { destRange: string }[];
    expect((await routes()).map(({ destRange }) => destRange).sort()).toEqual(['0.0.0.0/0', '10.10.0.0/20']);
    const [network, subnet] = ['global/networks/acme-vpc', 'regions/us-central1/subnetworks/acme-nodes'];
    for (const path of [subnet, network]) {
      local.cloud.resources.delete(`compute.googleapis.com/projects/acme-prod/${path}`);
    }
    expect(await routes()).toEqual([]);
  });

  it('makes, changes and deletes firewall rules', async () => {
    const made = await call('POST', `${BASE}/global/firewalls`, {
      name: 'open-ssh',
      network: 'global/networks/acme-vpc',
      allowed: [{ IPProtocol: 'tcp', ports: ['22'] }],
    });
    expect(made.body).toMatchObject({ operationType: 'insert', status: 'PENDING' });
    const rule = `${BASE}/global/firewalls/open-ssh`;
    await local.cloud.clock.advance(10_000);
    expect((await call('GET', rule)).body).toMatchObject({
      direction: 'INGRESS',
      sourceRanges: ['0.0.0.0/0'],
      network: expect.stringContaining('/networks/acme-vpc') as unknown,
    });
    expect((await call('DELETE', `${BASE}/global/networks/acme-vpc`)).status).toBe(400);
    await call('PATCH', rule, { sourceRanges: ['10.0.0.0/8'] });
    await local.cloud.clock.advance(10_000);
    expect((await call('GET', rule)).body['sourceRanges']).toEqual(['10.0.0.0/8']);
    await call('DELETE', rule);
    await local.cloud.clock.advance(10_000);
    expect((await call('GET', rule)).status).toBe(404);
  });

  it('makes an instance with its disk, and deletes both', async () => {
    const zone = `${BASE}/zones/us-central1-a`;
    const network = 'global/networks/acme-vpc';
    await call('POST', `${zone}/instances`, { name: 'rogue', networkInterfaces: [{ network }] });
    await local.cloud.clock.advance(10_000);
    expect((await call('GET', `${zone}/instances/rogue`)).body).toMatchObject({ status: 'RUNNING' });
    expect((await call('GET', `${zone}/disks/rogue`)).status).toBe(200);
    const gone = await call('DELETE', `${zone}/instances/rogue`);
    await local.cloud.clock.advance(10_000);
    const { body } = await call('GET', `${zone}/operations/${String(gone.body['name'])}`);
    expect(body).toMatchObject({
      status: 'DONE',
      zone: expect.stringContaining('zones/us-central1-a') as unknown,
    });
    expect((await call('GET', `${zone}/disks/rogue`)).status).toBe(404);
  });

  it.each([
    ['global/firewalls', { name: 'Bad', network: 'acme-vpc', allowed: [{ IPProtocol: 'tcp' }] }, 400],
    ['global/firewalls', { name: 'x', network: 'acme-vpc' }, 400],
    ['global/firewalls', { name: 'x', network: 'acme-vpc', allows: [] }, 400],
    ['global/firewalls', { name: 'x', network: 'none', allowed: [{ IPProtocol: 'tcp' }] }, 404],
    ['zones/us-central1-a/instances', { name: 'x' }, 400],
  ])('refuses to make %s of %j', async (collection, body, status) => {
    expect((await call('POST', `${BASE}/${collection}`, body)).status).toBe(status);
  });

  it('answers 404 with reason notFound, naming the path', async () => {
    const answer = await call('GET', `${BASE}/global/networks/none`);
    expect(answer.status).toBe(404);
    expect(answer.body['error']).toMatchObject({
      message: "The resource 'projects/acme-prod/global/networks/none' was not found",
      errors: [{ reason: 'notFound' }],
    });
  });

  it('takes every NAT away when a PATCH gives an empty list, but only once the operation is done', async () => {
    const operation = await call('PATCH', ROUTER, { nats: [] });
    expect(operation.body).toMatchObject({
      kind: 'compute#operation',
      operationType: 'patch',
      status: 'PENDING',
    });
    expect(await nats()).toHaveLength(1);

    const path = `${BASE}/regions/us-central1/operations/${String(operation.body['name'])}`;
    const waiting = call('POST', `${path}/wait`);
    await local.cloud.clock.advance(60_000);
    expect((await waiting).body).toMatchObject({ status: 'DONE', progress: 100 });
    expect(await nats()).toEqual([]);
    expect((await call('GET', ROUTER)).body['network']).toContain('/networks/acme-vpc');
  });

  it('shows an operation first PENDING, then RUNNING', async () => {
    const operation = await call('PATCH', ROUTER, { description: 'x' });
    const path = `${BASE}/regions/us-central1/operations/${String(operation.body['name'])}`;
    expect((await call('GET', path)).body).toMatchObject({ status: 'PENDING', progress: 0 });
    await local.cloud.clock.advance(2_000);
    expect((await call('GET', path)).body).toMatchObject({ status: 'RUNNING' });
  });

  it('drops what an update (PUT) leaves out, and keeps name and network', async () => {
    await call('PUT', ROUTER, { description: 'bare' });
    await local.cloud.clock.advance(60_000);
    const { body } = await call('GET', ROUTER);
    expect(body).toMatchObject({ name: 'acme-router', description: 'bare' });
    expect(body['nats']).toBeUndefined();
  });

  it.each([
    [{ nat: [] }, 'Unknown name "nat"'],
    [{ network: 'global/networks/other' }, 'cannot be changed'],
    [{ nats: [{ natIpAllocateOption: 'AUTO_ONLY' }] }, 'required'],
    [{ nats: [{ name: 'n', natIpAllocateOption: 'SOMETIMES' }] }, 'Want one of AUTO_ONLY'],
    [{ nats: [{ name: 'n' }, { name: 'n' }] }, 'twice'],
  ])('refuses %j', async (patch, message) => {
    const answer = await call('PATCH', ROUTER, patch);
    expect(answer.status).toBe(400);
    expect((answer.body['error'] as { message: string }).message).toContain(message);
  });

  it('refuses to delete a network that is in use, and deletes it once it is free', async () => {
    const network = `${BASE}/global/networks/acme-vpc`;
    const refused = await call('DELETE', network);
    expect(refused.status).toBe(400);
    expect(refused.body['error']).toMatchObject({ errors: [{ reason: 'resourceInUseByAnotherResource' }] });

    for (const { name } of local.cloud.resources.list({ project: 'acme-prod' })) {
      if (!name.includes('/networks/')) local.cloud.resources.delete(name);
    }
    expect((await call('DELETE', network)).status).toBe(200);
    await local.cloud.clock.advance(60_000);
    expect((await call('GET', network)).status).toBe(404);
  });

  it('puts the reason into the operation when somebody begins to use the network meanwhile', async () => {
    const store = local.cloud.resources;
    for (const { name } of store.list({ project: 'acme-prod' }))
      if (!name.includes('/networks/')) store.delete(name);
    const operation = await call('DELETE', `${BASE}/global/networks/acme-vpc`);
    putTenant(local.cloud, 'other');
    store.create({
      name: 'compute.googleapis.com/projects/acme-prod/regions/us-central1/subnetworks/late',
      assetType: 'compute.googleapis.com/Subnetwork',
      project: 'acme-prod',
      location: 'us-central1',
      body: { name: 'late', network: 'projects/acme-prod/global/networks/acme-vpc' },
    });
    await local.cloud.clock.advance(60_000);
    const done = await call('GET', `${BASE}/global/operations/${String(operation.body['name'])}`);
    expect(done.body).toMatchObject({
      status: 'DONE',
      error: { errors: [{ code: 'resourceInUseByAnotherResource' }] },
      httpErrorStatusCode: 400,
    });
  });

  it('filters by name, and refuses a filter it does not know rather than giving everything', async () => {
    const filtered = (filter: string) =>
      call('GET', `${BASE}/global/networks?filter=${encodeURIComponent(filter)}`);
    expect((await filtered('name=acme-vpc')).body['items']).toHaveLength(1);
    expect((await filtered('(name eq "acme.*")')).body['items']).toHaveLength(1);
    expect((await filtered('name != acme-vpc')).body['items']).toBeUndefined();
    expect((await filtered('name or else')).status).toBe(400);
  });

  it('says 403 rateLimitExceeded when the minute is used up, and goes on in the next', async () => {
    const path = `${BASE}/global/networks/acme-vpc`;
    for (let i = 0; i < CALLS_PER_MINUTE; i += 50) {
      await Promise.all(Array.from({ length: 50 }, () => call('GET', path)));
    }
    const refused = await call('GET', path);
    expect(refused.status).toBe(403);
    expect(refused.body['error']).toMatchObject({ errors: [{ reason: 'rateLimitExceeded' }] });
    await local.cloud.clock.advance(60_000);
    expect((await call('GET', path)).status).toBe(200);
  });
});
