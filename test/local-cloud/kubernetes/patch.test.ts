import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Body } from '../../../local-cloud/core/store.ts';
import { at, deployment, itemsAt, newCluster, path, type Client } from './support.ts';

describe('patches', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let client: Client;
  const app = path.deployment('app');
  const container = (patch: object) => ({
    spec: { template: { spec: { containers: [{ name: 'app', ...patch }] } } },
  });
  const env = (...names: string[]) => names.map((name) => ({ name, value: name }));
  const envOf = (body: Body) => itemsAt(body, 'spec.template.spec.containers.0.env').map(({ name }) => name);

  beforeAll(async () => {
    cluster = await newCluster();
    ({ client } = cluster);
  });
  beforeEach(async () => {
    await client.delete(app);
    await client.post(path.deployment(), deployment({ env: env('A', 'B'), args: ['x', 'y'] }));
  });
  afterAll(() => cluster.close());

  it('strategic merge goes into keyed lists item by item and replaces atomic ones', async () => {
    const { body } = await client.patch(app, 'strategic-merge', container({ env: env('C'), args: ['z'] }));
    expect(envOf(body)).toEqual(['A', 'B', 'C']);
    expect(at(body, 'spec.template.spec.containers.0.args')).toEqual(['z']);
    expect(at(body, 'spec.template.spec.containers.0.image')).toBe('app:1');
  });

  it('strategic merge obeys its directives', async () => {
    const dropped = container({ env: [{ name: 'A', $patch: 'delete' }] });
    expect(envOf((await client.patch(app, 'strategic-merge', dropped)).body)).toEqual(['B']);
    const sorted = container({ '$setElementOrder/env': [{ name: 'C' }, { name: 'B' }], env: env('C') });
    expect(envOf((await client.patch(app, 'strategic-merge', sorted)).body)).toEqual(['C', 'B']);
    const replaced = container({ env: [{ $patch: 'replace' }, ...env('D')] });
    expect(envOf((await client.patch(app, 'strategic-merge', replaced)).body)).toEqual(['D']);
    const kept = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(at((await client.patch(app, 'strategic-merge', kept)).body, 'spec.strategy')).toEqual({
      type: 'Recreate',
    });
    const unset = { metadata: { labels: null }, spec: { minReadySeconds: null } };
    expect((await client.patch(app, 'strategic-merge', unset)).status).toBe(200);
  });

  it('strategic merge takes members out of sets', async () => {
    await client.patch(app, 'merge', { metadata: { finalizers: ['example.com/a', 'example.com/b'] } });
    const { body } = await client.patch(app, 'strategic-merge', {
      metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'] },
    });
    expect(at(body, 'metadata.finalizers')).toEqual(['example.com/b']);
    await client.patch(app, 'merge', { metadata: { finalizers: null } });
  });

  it('strategic merge needs keys, known directives, and a built-in kind', async () => {
    const keyless = { spec: { template: { spec: { containers: [{ image: 'app:2' }] } } } };
    expect((await client.patch(app, 'strategic-merge', keyless)).status).toBe(400);
    expect((await client.patch(app, 'strategic-merge', { $patch: 'explode' })).status).toBe(400);
    const custom = '/apis/monitoring.googleapis.com/v1/namespaces/acme/podmonitorings';
    await client.post(custom, { metadata: { name: 'app' }, spec: { endpoints: [] } });
    expect((await client.patch(`${custom}/app`, 'strategic-merge', {})).status).toBe(415);
    expect((await client.patch(`${custom}/app`, 'merge', { spec: { free: { form: 1 } } })).status).toBe(200);
  });

  it('merge patch replaces lists and takes null for removal', async () => {
    const { body } = await client.patch(app, 'merge', {
      metadata: { labels: { a: '1' } },
      ...container({ image: 'app:2' }),
    });
    expect(envOf(body)).toEqual([]);
    const { body: unlabelled } = await client.patch(app, 'merge', { metadata: { labels: { a: null } } });
    expect(at(unlabelled, 'metadata.labels')).toBeUndefined();
  });

  it('JSON patch applies its operations together or not at all', async () => {
    const { body } = await client.patch(app, 'json', [
      { op: 'test', path: '/spec/replicas', value: 1 },
      { op: 'replace', path: '/spec/replicas', value: 2 },
    ]);
    expect(at(body, 'spec.replicas')).toBe(2);
    const failed = await client.patch(app, 'json', [
      { op: 'replace', path: '/spec/replicas', value: 5 },
      { op: 'test', path: '/spec/replicas', value: 1 },
    ]);
    expect(failed.status).toBe(422);
    expect(at((await client.get(app)).body, 'spec.replicas')).toBe(2);
    expect((await client.patch(app, 'json', {})).status).toBe(400);
  });

  it('hands ownership of a changed field to its writer', async () => {
    await client.apply(path.configMap('shared'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shared' },
      data: { a: '1', b: '1' },
    });
    const { body } = await client.patch(`${path.configMap('shared')}?fieldManager=hand`, 'merge', {
      data: { a: '2' },
    });
    const owned = itemsAt(body, 'metadata.managedFields').map((entry) => [
      entry['manager'],
      at(entry, 'fieldsV1.f:data'),
    ]);
    expect(owned).toEqual([
      ['plumbline', { 'f:b': {} }],
      ['hand', { 'f:a': {} }],
    ]);
  });

  it('refuses a media type it does not know', async () => {
    expect((await client.patch(app, 'imaginary', {})).status).toBe(415);
  });
});
