import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Body } from '../../../local-cloud/core/store.ts';
import { describeWith } from '../../support/tools.ts';
import { at, autoscaler, balancer, deployment, newCluster } from './support.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'web' } };
const inWeb = (object: { metadata: object }) => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'web' },
});

/** kubectl reads YAML 1.1 and Node writes 1.2; JSON means the same to both. */
const listOf = (...items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

// The real client decides whether discovery, schemas, watches and error bodies are right.
describeWith('kubectl', 'kubectl against a local cluster', (binary) => {
  let cluster: Awaited<ReturnType<typeof newCluster>>;
  let home: string;
  const manifest = (image = 'app:1') =>
    listOf(namespace, inWeb(deployment({ image })), inWeb(balancer()), inWeb(autoscaler()));

  const kubectl = (...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      // Discovery and schemas are kept per host and port on disk: every suite has its own.
      const all = ['--kubeconfig', join(home, 'config'), '--cache-dir', join(home, 'cache'), ...args];
      const env = { ...process.env, HOME: home, KUBECTL_EXTERNAL_DIFF: 'diff -u -N' };
      execFile(binary, all, { env }, (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
      });
    });
  const file = (text: string) => {
    const path = join(home, 'manifest.json');
    writeFileSync(path, text);
    return path;
  };
  const apply = (text: string, ...args: string[]) =>
    kubectl('apply', '--server-side', '--field-manager=plumbline', '-f', file(text), ...args);
  const json = async (...args: string[]) =>
    JSON.parse((await kubectl('get', '-o', 'json', ...args)).out) as Body;

  beforeAll(async () => {
    cluster = await newCluster(200);
    home = mkdtempSync(join(tmpdir(), 'plumb-kubectl-'));
    const { endpoint, caCertificate } = cluster.endpoint;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'local',
          cluster: {
            server: `https://${endpoint}`,
            'certificate-authority-data': Buffer.from(caCertificate).toString('base64'),
          },
        },
      ],
      users: [{ name: 'local', user: { token: 'anything' } }],
      contexts: [{ name: 'local', context: { cluster: 'local', user: 'local' } }],
      'current-context': 'local',
    };
    writeFileSync(join(home, 'config'), JSON.stringify(config));
  });
  afterAll(async () => {
    await cluster.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('applies a namespace and what stands in it, waits for both, and finds nothing to do again', async () => {
    const first = await apply(manifest());
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out.split('\n').filter(Boolean)).toEqual([
      'namespace/web serverside-applied',
      'deployment.apps/app serverside-applied',
      'service/app serverside-applied',
      'horizontalpodautoscaler.autoscaling/app serverside-applied',
    ]);
    expect((await kubectl('rollout', 'status', 'deploy/app', '-n', 'web', '--timeout=20s')).out).toContain(
      'successfully rolled out',
    );
    const address = '{.status.loadBalancer.ingress[0].ip}';
    expect(
      await kubectl('wait', `--for=jsonpath=${address}`, 'svc/app', '-n', 'web', '--timeout=20s'),
    ).toMatchObject({ code: 0 });
    expect(await kubectl('get', 'svc/app', '-n', 'web', '-o', `jsonpath=${address}`)).toMatchObject({
      code: 0,
      out: '10.10.0.5',
    });

    const before = await json('deploy/app', '-n', 'web');
    expect(await apply(manifest())).toMatchObject({ code: 0, err: '' });
    expect(at(await json('deploy/app', '-n', 'web'), 'metadata.uid')).toBe(at(before, 'metadata.uid'));
    expect(
      await kubectl('diff', '--server-side', '--field-manager=plumbline', '-f', file(manifest())),
    ).toMatchObject({
      code: 0,
      out: '',
    });
  });

  it('shows what an apply would change, and changes nothing by showing it', async () => {
    const args = ['diff', '--server-side', '--field-manager=plumbline', '-f', file(manifest('app:2'))];
    const { code, out } = await kubectl(...args);
    expect(code).toBe(1);
    expect(out).toMatch(/-\s+- image: app:1\n\+\s+- image: app:2/);
    expect(at(await json('deploy/app', '-n', 'web'), 'spec.template.spec.containers.0.image')).toBe('app:1');
  });

  it('meets a conflict when somebody changed a field by hand', async () => {
    await kubectl('set', 'image', 'deploy/app', 'app=app:3', '-n', 'web');
    const { code, err } = await apply(manifest());
    expect(code).toBe(1);
    expect(err).toContain('conflict with "kubectl-set"');
    expect(err).toContain('.spec.template.spec.containers[name="app"].image');
    expect((await apply(manifest(), '--force-conflicts')).code).toBe(0);
  });

  it('applies on its own side too, by strategic merge, and hands over to the server', async () => {
    const map = (data: object) =>
      listOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'old', namespace: 'web' }, data });
    expect((await kubectl('apply', '-f', file(map({ a: '1', b: '2' })))).out).toBe('configmap/old created\n');
    expect((await kubectl('apply', '-f', file(map({ a: '1' })))).out).toBe('configmap/old configured\n');
    expect((await kubectl('apply', '-f', file(map({ a: '1' })))).out).toBe('configmap/old unchanged\n');
    expect(at(await json('cm/old', '-n', 'web'), 'data')).toEqual({ a: '1' });
    expect((await apply(map({ c: '3' }))).code).toBe(0);
    expect(at(await json('cm/old', '-n', 'web'), 'data')).toEqual({ c: '3' });
  });

  it("reads errors in the server's words", async () => {
    expect((await kubectl('get', 'deploy/nobody', '-n', 'web')).err).toBe(
      'Error from server (NotFound): deployments.apps "nobody" not found\n',
    );
    const misspelt = listOf(inWeb(deployment({ imagee: 'x' })));
    expect((await apply(misspelt)).err).toContain('unknown field "spec.template.spec.containers[0].imagee"');
    const unknown = listOf({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } });
    expect((await apply(unknown)).err).toContain('no matches for kind "Widget" in version "example.com/v1"');
  });

  it('waits out being told to slow down', async () => {
    cluster.cloud.faults.order({
      service: 'kubernetes',
      method: 'apps.deployments.get',
      status: 429,
      times: 1,
    });
    expect((await kubectl('get', 'deploy/app', '-n', 'web', '-o', 'name')).out).toBe('deployment.apps/app\n');
  });

  it('tells a rollout that missed its deadline', async () => {
    const stuck = { ...deployment({ image: 'app:broken' }, { progressDeadlineSeconds: 30 }) };
    await apply(listOf({ ...stuck, metadata: { name: 'stuck', namespace: 'web' } }));
    const { code, err } = await kubectl('rollout', 'status', 'deploy/stuck', '-n', 'web', '--timeout=20s');
    expect(code).toBe(1);
    expect(err).toContain('exceeded its progress deadline');
  });

  it('scales, labels, and deletes a namespace with all that stands in it', async () => {
    expect((await kubectl('scale', 'deploy/app', '--replicas=3', '-n', 'web')).code).toBe(0);
    expect(at(await json('deploy/app', '-n', 'web'), 'spec.replicas')).toBe(3);
    expect((await kubectl('label', 'deploy/app', 'team=web', '-n', 'web')).code).toBe(0);
    expect((await kubectl('get', 'deploy', '-A', '-l', 'team=web', '-o', 'name')).out).toBe(
      'deployment.apps/app\n',
    );
    expect((await kubectl('delete', 'deploy/app', '-n', 'web', '--timeout=20s')).out).toContain('deleted');
    expect(await kubectl('delete', 'ns/web', '--timeout=20s')).toMatchObject({ code: 0 });
    expect((await kubectl('get', 'ns/web')).err).toContain('namespaces "web" not found');
  });
});
