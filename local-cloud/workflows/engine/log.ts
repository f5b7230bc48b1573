/** What workflows write with `sys.log`, as the Cloud Logging entries the service makes of it. */
import type { NewLogEntry } from '../../logging/entries.ts';
import type { ExecutionIdentity, Severity } from '../run/host.ts';
import { printable } from '../run/json.ts';
import type { Dict } from '../run/values.ts';

/** Names and labels are from the docs page on call logging and `sys.log`. */
export const logEntry = (
  identity: ExecutionIdentity,
  severity: Severity,
  payload: { text: string } | { json: Dict },
): NewLogEntry => ({
  logName: `projects/${identity.project}/logs/Workflows`,
  severity,
  resource: {
    type: 'workflows.googleapis.com/Workflow',
    labels: {
      project_id: identity.project,
      location: identity.location,
      workflow_id: identity.workflow,
    },
  },
  labels: { 'workflows.googleapis.com/execution_id': identity.execution },
  ...('text' in payload
    ? { textPayload: payload.text }
    : { jsonPayload: JSON.parse(printable(payload.json)) as Record<string, unknown> }),
});
