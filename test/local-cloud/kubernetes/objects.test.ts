import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  at,
  autoscaler,
  balancer,
  deployment,
  itemsAt,
  newCluster,
  path,
  textOf,
  type Client,
} from './support.ts';

describe('reading and writing objects', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let client: Client;
  beforeAll(async () => {
    cluster = await newCluster();
    ({ client } = cluster);
    for (const [name, labels] of [
      ['a', { tier: 'web', env: 'prod' }],
      ['b', { tier: 'web', env: 'test' }],
      ['c', { tier: 'db' }],
    ] as const) {
      await client.post(path.configMap(), { metadata: { name, labels }, data: { name } });
    }
  });
  afterAll(() => cluster.close());

  const names = async (query: string) =>
    itemsAt((await client.get(`${path.configMap()}?${query}`)).body, 'items').map((item) =>
      at(item, 'metadata.name'),
    );

  it('lists by labels and fields, without type words on the items', async () => {
    const select = (selector: string) => names(`labelSelector=${encodeURIComponent(selector)}`);
    expect(await select('tier=web')).toEqual(['a', 'b']);
    expect(await select('tier=web,env!=prod')).toEqual(['b']);
    expect(await select('env in (prod, test)')).toEqual(['a', 'b']);
    expect(await select('env notin (prod),tier')).toEqual(['b', 'c']);
    expect(await select('!env')).toEqual(['c']);
    expect(await names('fieldSelector=metadata.name%3Db')).toEqual(['b']);
    expect((await client.get(`${path.configMap()}?labelSelector=a%20b%20c`)).status).toBe(400);
    const { body } = await client.get(path.configMap());
    expect(body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(at(body, 'items.0.kind')).toBeUndefined();
  });

  it('pages through a list with one version', async () => {
    const first = (await client.get(`${path.configMap()}?limit=2`)).body;
    expect(itemsAt(first, 'items')).toHaveLength(2);
    expect(at(first, 'metadata.remainingItemCount')).toBe(1);
    const token = encodeURIComponent(textOf(first, 'metadata.continue'));
    const second = (await client.get(`${path.configMap()}?limit=2&continue=${token}`)).body;
    expect(at(second, 'items.0.metadata.name')).toBe('c');
    expect(at(second, 'metadata.resourceVersion')).toBe(at(first, 'metadata.resourceVersion'));
    expect(at(second, 'metadata.continue')).toBeUndefined();
    expect((await client.get(`${path.configMap()}?continue=nonsense`)).status).toBe(400);
  });

  it('refuses a second object of the same name, and one without its namespace', async () => {
    const map = { metadata: { name: 'a' } };
    expect(await client.post(path.configMap(), map)).toMatchObject({
      status: 409,
      body: { reason: 'AlreadyExists', message: 'configmaps "a" already exists' },
    });
    expect(await client.post('/api/v1/namespaces/nowhere/configmaps', map)).toMatchObject({
      status: 404,
      body: { message: 'namespaces "nowhere" not found' },
    });
  });

  it('refuses a write made from an older version', async () => {
    const { body } = await client.get(path.configMap('a'));
    await client.patch(path.configMap('a'), 'merge', { data: { more: '1' } });
    expect(await client.put(path.configMap('a'), body)).toMatchObject({
      status: 409,
      body: { reason: 'Conflict' },
    });
  });

  it('raises the generation for a change of spec only, and the version for every change', async () => {
    const { body: created } = await client.post(path.deployment(), deployment());
    const labelled = (
      await client.patch(path.deployment('app'), 'merge', { metadata: { labels: { a: 'b' } } })
    ).body;
    expect(at(labelled, 'metadata.generation')).toBe(1);
    expect(at(labelled, 'metadata.resourceVersion')).not.toBe(at(created, 'metadata.resourceVersion'));
    const scaled = (await client.patch(`${path.deployment('app')}/scale`, 'merge', { spec: { replicas: 3 } }))
      .body;
    expect(scaled).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { selector: 'app=app' } });
    expect(at((await client.get(path.deployment('app'))).body, 'metadata.generation')).toBe(2);
  });

  it('keeps status and spec apart', async () => {
    const at1 = path.deployment('app');
    await client.patch(at1, 'merge', { status: { replicas: 99 } });
    expect(at((await client.get(at1)).body, 'status.replicas')).toBeUndefined();
    const { body } = await client.patch(`${at1}/status`, 'merge', {
      status: { replicas: 7 },
      spec: { replicas: 9 },
    });
    expect(at(body, 'status.replicas')).toBe(7);
    expect(at(body, 'spec.replicas')).toBe(3);
  });

  it('says everything that is wrong with an object at once', async () => {
    const broken = deployment({ name: 'Bad Name' }, { selector: { matchLabels: { app: 'other' } } });
    const { status, body } = await client.post(path.deployment(), {
      ...broken,
      metadata: { name: 'broken' },
    });
    expect(status).toBe(422);
    expect(itemsAt(body, 'details.causes').map(({ field }) => field)).toEqual([
      'spec.template.metadata.labels',
      'spec.template.spec.containers[0].name',
    ]);
  });

  it('refuses wrong types, wrong ranges and changes of fixed fields', async () => {
    const wrongType = deployment({}, { replicas: 'two' });
    expect((await client.post(path.deployment(), { ...wrongType, metadata: { name: 'x' } })).status).toBe(
      400,
    );
    const inverted = autoscaler({ minReplicas: 5 });
    expect((await client.post(path.autoscaler(), inverted)).status).toBe(422);
    expect((await client.post(path.service(), balancer('bad', { ports: [{ port: 70_000 }] }))).status).toBe(
      422,
    );
    const moved = await client.patch(path.deployment('app'), 'merge', {
      spec: {
        selector: { matchLabels: { app: 'moved' } },
        template: { metadata: { labels: { app: 'moved' } } },
      },
    });
    expect(at(moved.body, 'message')).toContain('field is immutable');
  });

  it('warns of unknown fields unless told to refuse or ignore them', async () => {
    const map = { metadata: { name: 'warned' }, dataa: {} };
    const refused = await client.post(`${path.configMap()}?fieldValidation=Strict`, map);
    expect(refused.status).toBe(400);
    const warned = await client.post(path.configMap(), map);
    expect(warned.status).toBe(201);
    expect(warned.headers['warning']).toBe('299 - "unknown field \\"dataa\\""');
  });

  it('deletes one object, or all a selector names, and checks preconditions', async () => {
    const stale = await client.delete(path.configMap('warned'), { preconditions: { uid: 'other' } });
    expect(stale.status).toBe(409);
    expect((await client.delete(`${path.configMap('warned')}?dryRun=All`)).status).toBe(200);
    const gone = await client.delete(path.configMap('warned'), { propagationPolicy: 'Background' });
    expect(gone.body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'warned' } });
    await client.delete(`${path.configMap()}?labelSelector=tier%3Dweb`);
    expect(await names('labelSelector=tier')).toEqual(['c']);
  });

  it('answers 404 for kinds and paths it does not have, 405 for verbs they do not take', async () => {
    expect((await client.get('/apis/apps/v1/namespaces/acme/daemonsets')).status).toBe(404);
    expect((await client.get('/nonsense')).status).toBe(404);
    expect((await client.get(`${path.configMap('c')}/scale`)).status).toBe(404);
    expect((await client.post('/apis/apps/v1/deployments', deployment())).status).toBe(405);
  });
});
