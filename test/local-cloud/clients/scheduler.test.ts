import { CloudSchedulerClient } from '@google-cloud/scheduler';
import { PassThroughClient } from 'google-auth-library';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedCloud } from '../../support/cloud.ts';

const PARENT = 'projects/scheduler-client/locations/us-central1';

describe('the official Cloud Scheduler client against the local cloud', () => {
  let client: CloudSchedulerClient;
  beforeAll(async () => {
    const { endpoints } = await sharedCloud();
    const { hostname, port } = new URL(endpoints['cloudscheduler'] ?? '');
    client = new CloudSchedulerClient({
      fallback: true,
      protocol: 'http',
      apiEndpoint: hostname,
      port: Number(port),
      // The client carries its own copy of google-auth-library; the two differ in private members only.
      authClient: new PassThroughClient() as never,
      projectId: 'scheduler-client',
    });
  });

  it('creates, lists, pauses and deletes the job that starts a pass', async () => {
    const name = `${PARENT}/jobs/pass`;
    await client.createJob({
      parent: PARENT,
      job: {
        name,
        schedule: '0 * * * *',
        timeZone: 'Europe/Berlin',
        httpTarget: {
          uri: 'https://run.googleapis.com/v2/projects/scheduler-client/locations/us-central1/jobs/plumbline:run',
          httpMethod: 'POST',
          oauthToken: { serviceAccountEmail: 'sched@scheduler-client.iam.gserviceaccount.com' },
        },
      },
    });
    const [jobs] = await client.listJobs({ parent: PARENT });
    expect(jobs.map((job) => [job.name, job.schedule, job.state])).toEqual([[name, '0 * * * *', 'ENABLED']]);
    const [paused] = await client.pauseJob({ name });
    expect(paused.state).toBe('PAUSED');
    await client.deleteJob({ name });
    await expect(client.getJob({ name })).rejects.toMatchObject({ code: 404 });
  });
});
