import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../../../local-cloud/start.ts';
import { sharedCloud } from '../../../support/cloud.ts';
import { execute, executeInTime, testHost, type TestHost } from '../support/host.ts';
import { sendJson, testServer, type TestServer } from '../support/server.ts';

const call = (fn: string, args: string): string => `
main:
  params: [x]
  steps:
  - c:
      try: {call: ${fn}, args: ${args}, result: r}
      except: {as: e, steps: [{f: {return: {error: "\${e}"}}}]}
  - r: {return: "\${r}"}`;

/** Worth a whole local cloud: only a real control plane shows that certificate, token and paths fit together. */
describe('the Kubernetes connector against a local cluster', () => {
  const PLACE = 'cluster_id: gke, project: gke-connector, location: us-central1';
  let running: RunningCloud;
  const host = (): TestHost => {
    const made = testHost({ speed: 1000 });
    made.endpoints.set('container', running.endpoints['container'] ?? '');
    return made;
  };

  beforeAll(async () => {
    running = await sharedCloud();
    // The host's clock is fast and a cluster takes real work: a busy machine must not be a late one.
    const create = call(
      'googleapis.container.v1.projects.locations.clusters.create',
      '{parent: projects/gke-connector/locations/us-central1, body: {cluster: {name: gke, initialNodeCount: 1}}, connector_params: {timeout: 31536000}}',
    );
    expect((await execute(create, null, host())).result).toMatchObject({ status: 'DONE' });
  });
  afterAll(() =>
    running.cloud.kubernetes.remove('projects/gke-connector/locations/us-central1/clusters/gke'),
  );

  it('gke.request gives body, code and headers of any path', async () => {
    const args = `{${PLACE}, method: GET, path: /api/v1/namespaces/default, query: {pretty: true}}`;
    expect((await execute(call('gke.request', args), null, host())).result).toMatchObject({
      code: 200,
      body: { kind: 'Namespace', metadata: { name: 'default' } },
      headers: { 'Content-Type': expect.stringContaining('json') as string },
    });
  });

  it('gke.request sends bodies, and raises what the API refuses', async () => {
    const body = '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: "1"}}';
    const args = `{${PLACE}, method: POST, path: /api/v1/namespaces/default/configmaps, body: ${body}}`;
    expect((await execute(call('gke.request', args), null, host())).result).toMatchObject({
      code: 201,
      body: { data: { a: '1' } },
    });
    expect((await execute(call('gke.request', args), null, host())).result).toMatchObject({
      error: { code: 409, tags: ['HttpError'], body: { reason: 'AlreadyExists' } },
    });
  });

  it('runs a Job, waits for its end and deletes it', async () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once' },
      spec: {
        template: {
          spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] },
        },
      },
    };
    const created = await execute(call('gke.create_job', `{${PLACE}, job: "\${x}"}`), job, host());
    expect(created.result).toMatchObject({ kind: 'Job', metadata: { name: 'once', namespace: 'default' } });
    const done = await execute(call('gke.await_job', `{${PLACE}, job_name: once}`), null, host());
    expect(done.result).toMatchObject({ metadata: { name: 'once' }, status: { succeeded: 1 } });
    const args = `{${PLACE}, job_name: once, query: {propagationPolicy: Background}}`;
    expect((await execute(call('gke.delete_job', args), null, host())).result).not.toHaveProperty('error');
    expect((await execute(call('gke.await_job', args), null, host())).result).toMatchObject({
      error: { code: 404 },
    });
  });

  it('raises what Kubernetes Engine says of a cluster that does not exist', async () => {
    const args = '{cluster_id: none, project: gke-connector, method: GET, path: /version}';
    expect((await execute(call('gke.request', args), null, host())).result).toMatchObject({
      error: { code: 404 },
    });
  });
});

describe('the Kubernetes connector refuses', () => {
  let server: TestServer;
  afterAll(() => server.close());

  it('a cluster that is not RUNNING', async () => {
    server = await testServer((_asked, response) => sendJson(response, 200, { status: 'PROVISIONING' }));
    const host = testHost();
    host.endpoints.set('container', server.url);
    const { result } = await executeInTime(
      call('gke.request', '{cluster_id: c, method: GET, path: /}'),
      null,
      host,
    );
    expect(result).toMatchObject({
      error: { tags: ['ValueError'], message: expect.stringContaining('PROVISIONING') as string },
    });
  });

  it.each([
    ['gke.request', '{cluster_id: c, method: LOOK, path: /}'],
    ['gke.request', '{cluster_id: c, method: GET, path: /, timeout: 1801}'],
    ['gke.await_job', '{cluster_id: c, job_name: j, polling_policy: {delay: 1}}'],
  ])('%s %s', async (fn, args) => {
    expect((await execute(call(fn, args))).result).toMatchObject({ error: { tags: ['ValueError'] } });
  });
});
