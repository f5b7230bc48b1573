import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { RunReport } from '../../reconciler/model.ts';
import { describeWorld, startWorld, type World } from './world.ts';

const NAMES = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox', 'gnu'];

describeWorld('Cloud Scheduler starts the Cloud Run job', () => {
  let world: World;
  let location: string;

  beforeAll(async () => {
    world = await startWorld();
    location = `projects/${world.platform.project}/locations/${world.platform.region}`;
    // Records that do not parse are judged without anything being built.
    for (const name of NAMES) {
      await world.ports.store.applyTenant({ name, record: { name }, author: 'a', reason: 'r' });
    }
    await world.ask('run', 'POST', `/v2/${location}/jobs?jobId=plumbline`, {
      template: {
        taskCount: 2,
        template: {
          maxRetries: 0,
          containers: [
            { image: `${world.platform.region}-docker.pkg.dev/${world.platform.project}/plumbline/job:dev` },
          ],
        },
      },
    });
    await world.ask('cloudscheduler', 'POST', `/v1/${location}/jobs`, {
      name: `${location}/jobs/pass`,
      // Far off: the fast clock must not start a second run beside the one asked for.
      schedule: '0 0 1 1 *',
      timeZone: 'Etc/UTC',
      httpTarget: {
        uri: `https://run.googleapis.com/v2/${location}/jobs/plumbline:run`,
        httpMethod: 'POST',
        oauthToken: { serviceAccountEmail: world.platform.workflowIdentity },
      },
    });
  });
  afterAll(() => world.close());

  it('and its tasks share the fleet: every tenant is judged once, by exactly one of them', async () => {
    await world.ask('cloudscheduler', 'POST', `/v1/${location}/jobs/pass:run`, {});
    const reports = await vi.waitFor(
      async () => {
        const { executions = [] } = await world.ask<{
          executions?: { name: string; succeededCount?: number }[];
        }>('run', 'GET', `/v2/${location}/jobs/plumbline/executions`);
        expect(executions).toHaveLength(1);
        expect(executions[0]?.succeededCount).toBe(2);
        const id = executions[0]?.name.split('/').at(-1) ?? '';
        return Promise.all([0, 1].map((task) => world.ports.store.getRun(`${id}-${task}`)));
      },
      { timeout: 30_000, interval: 100 },
    );
    const runs = reports.filter((report): report is RunReport => report !== undefined);
    expect(runs.map(({ run }) => run.shard)).toEqual([
      { index: 0, count: 2 },
      { index: 1, count: 2 },
    ]);
    expect(runs.flatMap(({ tenants }) => tenants.map(({ name }) => name)).sort()).toEqual(NAMES);
    expect(runs.every(({ tenants }) => tenants.length > 0)).toBe(true);
  });
});
