/** What workflows wrote with `sys.log`, as Cloud Logging entries. */
import { randomUUID } from 'node:crypto';
import { timestamp } from '../../core/clock.ts';
import type { ExecutionIdentity, Severity } from '../run/host.ts';
import { printable } from '../run/json.ts';
import type { Dict } from '../run/values.ts';

export interface LogEntry {
  readonly insertId: string;
  readonly logName: string;
  readonly timestamp: string;
  readonly severity: Severity;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly labels: Readonly<Record<string, string>>;
  readonly textPayload?: string;
  readonly jsonPayload?: unknown;
}

/** Older entries fall off, so that a local cloud that runs for days stays small. */
const KEEP = 20_000;

export class WorkflowLog {
  #entries: LogEntry[] = [];

  /** Oldest first. */
  list(): readonly LogEntry[] {
    return this.#entries;
  }

  write(
    identity: ExecutionIdentity,
    now: number,
    severity: Severity,
    payload: { text: string } | { json: Dict },
  ): void {
    this.#entries.push({
      insertId: randomUUID(),
      logName: `projects/${identity.project}/logs/Workflows`,
      timestamp: timestamp(now),
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
        : { jsonPayload: JSON.parse(printable(payload.json)) as unknown }),
    });
    if (this.#entries.length > KEEP * 1.1) this.#entries = this.#entries.slice(-KEEP);
  }
}
