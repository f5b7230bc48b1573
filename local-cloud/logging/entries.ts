/** The log entries of a cloud: written through the API or by other parts, kept in order of their time. */
import { randomBytes } from 'node:crypto';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { perCloud } from '../core/per-cloud.ts';

export const SEVERITIES: readonly string[] = [
  ...['DEFAULT', 'DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL', 'ALERT', 'EMERGENCY'],
];

/** Oldest entries fall off: a local cloud may run for days. */
const KEEP = 50_000;

const DAY_MS = 24 * 3_600_000;
/** cloud.google.com/logging/quotas: of the log bucket _Required, which holds Admin Activity, and of _Default. */
const RETENTION_MS = { required: 400 * DAY_MS, standard: 30 * DAY_MS };

export interface LogEntry {
  /** `projects/P/logs/ID`, the id URL-encoded. */
  readonly logName: string;
  readonly resource: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  /** RFC 3339. */
  readonly timestamp: string;
  readonly receiveTimestamp: string;
  readonly severity: string;
  /** Unique, and increasing in the order of writing. */
  readonly insertId: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly textPayload?: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
  /** With `@type`: of audit logs, google.cloud.audit.AuditLog. */
  readonly protoPayload?: Readonly<Record<string, unknown>>;
  /** Which long-running operation the entry belongs to, and where in it. */
  readonly operation?: {
    readonly id: string;
    readonly producer: string;
    readonly first?: true;
    readonly last?: true;
  };
}

/** What a writer must say; the rest is filled in. */
export type NewLogEntry = Pick<LogEntry, 'logName' | 'resource'> & Partial<LogEntry>;

class LogEntries {
  readonly #cloud: Cloud;
  readonly #salt = randomBytes(3).toString('hex');
  #entries: LogEntry[] = [];
  #written = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  append(entry: NewLogEntry): LogEntry {
    const now = timestamp(this.#cloud.clock.now());
    const whole: LogEntry = {
      timestamp: now,
      severity: 'DEFAULT',
      insertId: `${String(this.#written++).padStart(12, '0')}-${this.#salt}`,
      ...entry,
      receiveTimestamp: now,
    };
    this.#entries.push(whole);
    if (this.#entries.length > KEEP * 1.1) this.#entries = this.#entries.slice(-KEEP);
    return whole;
  }

  /** Every entry that is still retained, in the order of writing. */
  list(): readonly LogEntry[] {
    const now = this.#cloud.clock.now();
    return this.#entries.filter(
      ({ logName, timestamp: time }) =>
        now - Date.parse(time) <= RETENTION_MS[logName.endsWith('%2Factivity') ? 'required' : 'standard'],
    );
  }
}

/** The entries of this cloud; builds, jobs and workflows append theirs here. */
export const logEntries = perCloud((cloud) => new LogEntries(cloud));
