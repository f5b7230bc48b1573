/** One run of a scheduler job: the HTTP call with the headers and the identity the real service gives it. */
import { objectField, secondsField, stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError, CANONICAL, statusOfHttp, type RpcStatus } from '../core/errors.ts';
import { localUrl } from '../core/hosts.ts';
import { mintToken } from '../core/identity.ts';
import { pathOf, type Body, type Resource } from '../core/store.ts';
import { accountExists } from '../iam/accounts.ts';
import { logEntries } from '../logging/entries.ts';

/** Calls the job's target, again and with growing pauses as its `retryConfig` says. Gives how the last attempt went. */
export async function attempt(
  cloud: Cloud,
  job: Resource,
  scheduled: number,
  stop: AbortSignal,
): Promise<RpcStatus | undefined> {
  const retries = objectField(job.body, 'retryConfig') ?? {};
  const count = Number(retries['retryCount'] ?? 0);
  const longest = (secondsField(retries, 'maxBackoffDuration') ?? 3_600) * 1000;
  let pause = (secondsField(retries, 'minBackoffDuration') ?? 5) * 1000;
  for (let tried = 0; ; tried++) {
    const status = await callOnce(cloud, job, scheduled, stop);
    log(cloud, job, status);
    if (status === undefined || tried >= count || stop.aborted) return status;
    await cloud.clock.sleep(pause, stop).catch(() => undefined);
    pause = Math.min(pause * 2, longest);
  }
}

async function callOnce(
  cloud: Cloud,
  job: Resource,
  scheduled: number,
  stop: AbortSignal,
): Promise<RpcStatus | undefined> {
  const target = objectField(job.body, 'httpTarget') ?? {};
  const method = stringField(target, 'httpMethod') ?? 'POST';
  const body = stringField(target, 'body');
  try {
    const response = await fetch(localUrl(cloud, stringField(target, 'uri') ?? ''), {
      method,
      headers: headersOf(cloud, job, target, scheduled),
      ...(body !== undefined &&
        method !== 'GET' &&
        method !== 'HEAD' && { body: Buffer.from(body, 'base64') }),
      // Wall time: the answer comes over a real connection, however fast the cloud's clock runs.
      signal: AbortSignal.any([
        stop,
        AbortSignal.timeout((secondsField(job.body, 'attemptDeadline') ?? 180) * 1000),
      ]),
    });
    await response.arrayBuffer();
    if (response.ok) return undefined;
    const { grpc } = CANONICAL[statusOfHttp(response.status)];
    return { code: grpc, message: `The target answered HTTP ${response.status}.` };
  } catch (error) {
    if (error instanceof ApiError) return error.rpc;
    const late = error instanceof Error && error.name === 'TimeoutError';
    const { grpc } = late ? CANONICAL.DEADLINE_EXCEEDED : CANONICAL.UNAVAILABLE;
    return {
      code: grpc,
      message: late ? 'The target did not answer in time.' : 'The target could not be reached.',
    };
  }
}

function headersOf(cloud: Cloud, job: Resource, target: Body, scheduled: number): Record<string, string> {
  const given = Object.entries(objectField(target, 'headers') ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  const email = stringField(
    objectField(target, 'oauthToken') ?? objectField(target, 'oidcToken') ?? {},
    'serviceAccountEmail',
  );
  if (email !== undefined && !accountExists(cloud, email)) {
    throw new ApiError(
      'PERMISSION_DENIED',
      `No token could be made for ${email}: there is no such service account.`,
    );
  }
  return {
    'content-type': 'application/octet-stream',
    ...(Object.fromEntries(given) as Record<string, string>),
    'user-agent': 'Google-Cloud-Scheduler',
    'x-cloudscheduler': 'true',
    'x-cloudscheduler-jobname': job.name.slice(job.name.lastIndexOf('/') + 1),
    'x-cloudscheduler-scheduletime': new Date(scheduled).toISOString(),
    ...(email !== undefined && { authorization: `Bearer ${mintToken(email)}` }),
  };
}

function log(cloud: Cloud, job: Resource, status: RpcStatus | undefined): void {
  const labels = {
    project_id: job.project,
    location: job.location,
    job_id: pathOf(job.name).split('/').at(-1) ?? '',
  };
  logEntries(cloud).append({
    logName: `projects/${job.project}/logs/cloudscheduler.googleapis.com%2Fexecutions`,
    resource: { type: 'cloud_scheduler_job', labels },
    severity: status ? 'ERROR' : 'INFO',
    jsonPayload: {
      '@type': 'type.googleapis.com/google.cloud.scheduler.logging.AttemptFinished',
      jobName: pathOf(job.name),
      ...(status && { status: status.code, debugInfo: status.message }),
    },
  });
}
