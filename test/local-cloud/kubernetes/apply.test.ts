import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, autoscaler, deployment, itemsAt, newCluster, path } from './support.ts';

describe('server-side apply', () => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let next = 0;
  /** A path and manifest of a Deployment nobody has touched yet. */
  const fresh = (container: object = {}, spec: object = {}) => {
    const name = `app-${(next += 1)}`;
    const manifest = { ...deployment(container, spec), metadata: { name, namespace: 'acme' } };
    return { at: path.deployment(name), manifest, name };
  };
  const env = (...names: string[]) => names.map((name) => ({ name, value: name.toLowerCase() }));
  const envNames = (body: Parameters<typeof at>[0]) =>
    itemsAt(body, 'spec.template.spec.containers.0.env').map(({ name }) => name);

  beforeAll(async () => {
    cluster = await newCluster();
  });
  afterAll(() => cluster.close());

  it('creates what is not there and says so', async () => {
    const app = fresh();
    const created = await cluster.client.apply(app.at, app.manifest);
    expect(created.status).toBe(201);
    expect(at(created.body, 'metadata.generation')).toBe(1);
    expect(itemsAt(created.body, 'metadata.managedFields')).toMatchObject([
      { manager: 'plumbline', operation: 'Apply', apiVersion: 'apps/v1' },
    ]);
  });

  it('leaves the version alone when it changes nothing, whatever the spelling', async () => {
    const variants = fc.record({
      env: fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'), { maxLength: 4 }),
      cpu: fc.constantFrom('0.5', '500m', '1000m', '1'),
      memory: fc.constantFrom('1024Mi', '1Gi', '1.5Gi', 128),
      empty: fc.constantFrom({}, { command: [] }, { stdin: false }, { args: ['x'] }),
      port: fc.constantFrom(
        {},
        { ports: [{ containerPort: 80 }] },
        { ports: [{ containerPort: 80, protocol: 'UDP' }] },
      ),
    });
    await fc.assert(
      fc.asyncProperty(variants, async ({ env: names, cpu, memory, empty, port }) => {
        const app = fresh({
          env: env(...names),
          resources: { requests: { cpu, memory } },
          ...empty,
          ...port,
        });
        const first = await cluster.client.apply(app.at, app.manifest);
        const second = await cluster.client.apply(app.at, app.manifest);
        expect(second.body).toEqual(first.body);
      }),
      { numRuns: 25 },
    );
  });

  it('keeps what others own and drops exactly what the manager no longer sends', async () => {
    const names = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(names, names, names, async (before, foreign, after) => {
        const app = fresh({ env: env(...before) });
        await cluster.client.apply(app.at, app.manifest);
        const theirs = fresh({ env: env(...foreign) }).manifest;
        await cluster.client.apply(
          app.at,
          { ...theirs, metadata: app.manifest.metadata },
          'fieldManager=other',
        );
        const mine = { ...fresh({ env: env(...after) }).manifest, metadata: app.manifest.metadata };
        const { body } = await cluster.client.apply(app.at, mine);
        expect(new Set(envNames(body))).toEqual(new Set([...foreign, ...after]));
      }),
      { numRuns: 25 },
    );
  });

  it('keeps an environment variable somebody added by hand', async () => {
    const app = fresh({ env: env('A') });
    await cluster.client.apply(app.at, app.manifest);
    await cluster.client.patch(app.at, 'strategic-merge', {
      spec: { template: { spec: { containers: [{ name: 'app', env: env('FOREIGN') }] } } },
    });
    const { body } = await cluster.client.apply(app.at, app.manifest);
    expect(envNames(body)).toEqual(['A', 'FOREIGN']);
    const owner = itemsAt(body, 'metadata.managedFields').find(({ manager }) => manager === 'tester');
    expect(JSON.stringify(owner)).toContain('FOREIGN');
  });

  it('refuses to change what another manager owns, naming it and the field', async () => {
    const app = fresh();
    await cluster.client.apply(app.at, app.manifest);
    await cluster.client.patch(app.at, 'strategic-merge', {
      spec: { template: { spec: { containers: [{ name: 'app', image: 'app:2' }] } } },
    });
    const refused = await cluster.client.apply(app.at, app.manifest);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        details: {
          causes: [
            {
              reason: 'FieldManagerConflict',
              field: '.spec.template.spec.containers[name="app"].image',
            },
          ],
        },
      },
    });
    expect(at(refused.body, 'message')).toContain('Apply failed with 1 conflict: conflict with "tester"');

    const forced = await cluster.client.apply(app.at, app.manifest, 'fieldManager=plumbline&force=true');
    expect(at(forced.body, 'spec.template.spec.containers.0.image')).toBe('app:1');
    expect(at(forced.body, 'metadata.generation')).toBe(3);
    expect((await cluster.client.apply(app.at, app.manifest)).status).toBe(200);
  });

  it('lets two managers share a field while they agree', async () => {
    const app = fresh();
    await cluster.client.apply(app.at, app.manifest);
    expect((await cluster.client.apply(app.at, app.manifest, 'fieldManager=other')).status).toBe(200);
    const bare = fresh().manifest;
    const changed = fresh({ image: 'app:9' }).manifest;
    const mine = await cluster.client.apply(app.at, { ...changed, metadata: app.manifest.metadata });
    expect(mine).toMatchObject({
      status: 409,
      body: { details: { causes: [{ message: 'conflict with "other"' }] } },
    });
    expect((await cluster.client.apply(app.at, { ...bare, metadata: app.manifest.metadata })).status).toBe(
      200,
    );
  });

  it('finds the number of replicas owned by the autoscaler', async () => {
    const app = fresh();
    await cluster.client.apply(app.at, app.manifest);
    await cluster.client.apply(
      path.autoscaler('app'),
      autoscaler({ scaleTargetRef: { kind: 'Deployment', name: app.name } }),
    );
    await cluster.cloud.clock.advance(60_000);
    expect(at((await cluster.client.get(app.at)).body, 'spec.replicas')).toBe(2);
    const refused = await cluster.client.apply(app.at, {
      ...app.manifest,
      spec: { ...app.manifest.spec, replicas: 1 },
    });
    expect(at(refused.body, 'message')).toMatch(
      /conflict with "kube-controller-manager" with subresource "scale" using apps\/v1 at .*: \.spec\.replicas/,
    );
  });

  it('takes a removed block away with its defaults', async () => {
    const app = fresh({ readinessProbe: { httpGet: { path: '/health', port: 80 } } });
    await cluster.client.apply(app.at, app.manifest);
    const { body } = await cluster.client.apply(app.at, {
      ...fresh().manifest,
      metadata: app.manifest.metadata,
    });
    expect(at(body, 'spec.template.spec.containers.0.readinessProbe')).toBeUndefined();
  });

  it('keeps the order the manager sends, with foreign items in their places', async () => {
    const app = fresh({ env: env('A', 'B') });
    await cluster.client.apply(app.at, app.manifest);
    await cluster.client.patch(app.at, 'json', [
      { op: 'add', path: '/spec/template/spec/containers/0/env/1', value: { name: 'X', value: 'x' } },
    ]);
    const { body } = await cluster.client.apply(app.at, app.manifest);
    expect(envNames(body)).toEqual(['A', 'X', 'B']);
  });

  it('tries without a trace when the run is dry', async () => {
    const app = fresh();
    const tried = await cluster.client.apply(app.at, app.manifest, 'fieldManager=plumbline&dryRun=All');
    expect(tried.status).toBe(201);
    expect((await cluster.client.get(app.at)).status).toBe(404);
    const before = await cluster.client.apply(app.at, app.manifest);
    const changed = fresh({ image: 'app:2' }).manifest;
    const dry = await cluster.client.apply(
      app.at,
      { ...changed, metadata: app.manifest.metadata },
      'fieldManager=plumbline&dryRun=All',
    );
    expect(at(dry.body, 'spec.template.spec.containers.0.image')).toBe('app:2');
    expect((await cluster.client.get(app.at)).body).toEqual(before.body);
  });

  it('names every misspelt field when validation is strict', async () => {
    const app = fresh({ imagee: 'app:1' }, { replicass: 1 });
    const { status, body } = await cluster.client.apply(
      app.at,
      app.manifest,
      'fieldManager=plumbline&fieldValidation=Strict',
    );
    expect(status).toBe(400);
    expect(at(body, 'message')).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ' +
        'unknown field "spec.template.spec.containers[0].imagee", unknown field "spec.replicass"',
    );
  });

  it('needs a manager, a matching name, and no managedFields', async () => {
    const app = fresh();
    expect((await cluster.client.apply(app.at, app.manifest, '')).status).toBe(422);
    expect((await cluster.client.apply(path.deployment('else'), app.manifest)).status).toBe(400);
    const owned = { ...app.manifest, metadata: { ...app.manifest.metadata, managedFields: [] } };
    expect((await cluster.client.apply(app.at, owned)).status).toBe(400);
  });

  it('refuses a configuration made from an older version', async () => {
    const app = fresh();
    await cluster.client.apply(app.at, app.manifest);
    const stale = { ...app.manifest, metadata: { ...app.manifest.metadata, resourceVersion: '1' } };
    expect(await cluster.client.apply(app.at, stale)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('the object has been modified') as string },
    });
  });
});
