/** What tasks print becomes log entries, line by line, as Cloud Run's log agent does it. */
import type { Cloud } from '../core/cloud.ts';
import { logEntries } from '../logging/entries.ts';
import type { TaskPlace } from './environment.ts';

/** A sink for the lines of one attempt. */
export function taskLogger(
  cloud: Cloud,
  place: TaskPlace,
): (stream: 'stdout' | 'stderr', line: string) => void {
  const labels = {
    'run.googleapis.com/execution_name': place.execution,
    'run.googleapis.com/task_index': String(place.index),
    'run.googleapis.com/task_attempt': String(place.attempt),
  };
  const resource = { type: 'cloud_run_job', labels: { project_id: place.project, job_name: place.job } };
  return (stream, line) => {
    const logName = `projects/${place.project}/logs/run.googleapis.com%2F${stream}`;
    logEntries(cloud).append({ logName, resource, labels, ...payload(line) });
  };
}

/** Cloud Run reads a line that is a JSON object as a structured entry, its severity included. */
function payload(
  line: string,
): { textPayload: string } | { jsonPayload: Record<string, unknown>; severity?: string } {
  if (!line.startsWith('{')) return { textPayload: line };
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    const severity = value['severity'];
    return { jsonPayload: value, ...(typeof severity === 'string' && { severity }) };
  } catch {
    return { textPayload: line };
  }
}
