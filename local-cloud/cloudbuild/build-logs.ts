/** Where a build's log goes: Cloud Logging, the bucket it names, and always a file of this machine. */
import { join, resolve } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { logEntries } from '../logging/entries.ts';
import { objectStore } from '../storage/object-store.ts';
import { BuildLog } from './log.ts';
import type { BuildRequest } from './model.ts';

/** A new log, which also speaks to Cloud Logging unless the build keeps it from that. */
export function openLog(cloud: Cloud, project: string, id: string, { options }: BuildRequest): BuildLog {
  const file = join(resolve(cloud.config.dataDir), 'builds', id, `log-${id}.txt`);
  const toLogging = options.logging !== 'NONE' && options.logging !== 'GCS_ONLY';
  return new BuildLog(file, (textPayload, source) => {
    if (!toLogging) return;
    logEntries(cloud).append({
      logName: `projects/${project}/logs/cloudbuild`,
      resource: { type: 'build', labels: { build_id: id, project_id: project, build_trigger_id: '' } },
      labels: { build_step: source },
      textPayload,
    });
  });
}

/** Throws INVALID_ARGUMENT when a build names a bucket that is not there. */
export function requireLogsBucket(cloud: Cloud, { logsBucket }: BuildRequest, email: string): void {
  const { bucket } = logsPlace(logsBucket);
  if (bucket === '' || cloud.resources.get(`storage.googleapis.com/${bucket}`)) return;
  throw new ApiError(
    'INVALID_ARGUMENT',
    `invalid bucket "${bucket}"; service account ${email} does not have access to the bucket`,
  );
}

/** Writes the finished log into the build's bucket as `log-ID.txt`, when it names one. */
export function storeLog(
  cloud: Cloud,
  id: string,
  { logsBucket, options }: BuildRequest,
  log: BuildLog,
): void {
  const { bucket, prefix } = logsPlace(logsBucket);
  if (bucket === '' || options.logging === 'NONE' || options.logging === 'CLOUD_LOGGING_ONLY') return;
  try {
    const object = { data: Buffer.from(log.text), contentType: 'text/plain' };
    objectStore(cloud).put(bucket, `${prefix}log-${id}.txt`, object);
  } catch (error) {
    // The bucket may have gone while the build ran; the build itself went as it went.
    cloud.log('warn', `cloudbuild: the log of build ${id} was not stored: ${String(error)}`);
  }
}

/** `gs://bucket/folder` or `bucket` → where the log goes. */
function logsPlace(logsBucket: string): { bucket: string; prefix: string } {
  const [bucket = '', ...folders] = logsBucket
    .replace(/^gs:\/\//, '')
    .replace(/\/+$/, '')
    .split('/');
  return { bucket, prefix: folders.map((folder) => `${folder}/`).join('') };
}
