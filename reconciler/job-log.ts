/**
 * The job's log: one JSON line per event on stderr, in the fields that Cloud Logging takes out of a line by itself.
 * Nothing may write anything else there, and no text gets there before what may be a secret is cut out of it.
 * Fields: https://cloud.google.com/logging/docs/structured-logging#special-payload-fields.
 */
import pino from 'pino';
import { describe, redact } from './error-text.ts';
import { PASS } from './launch.ts';
import type { RunReport } from './model.ts';
import type { PassEvent } from './reconcile.ts';
import { eventText } from './event-text.ts';
import { causesOf } from './report/causes.ts';
import { masked } from './report/sensitive.ts';
import { plural, valueText } from './report/words.ts';

type Level = 'info' | 'warn' | 'error' | 'fatal';

const SEVERITIES: Readonly<Record<string, string>> = {
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

/** More causes of one pass than anybody reads in a log; the report has all of them. */
const MOST_CAUSES = 200;
const MOST_NAMES = 50;

/** Where a line belongs among the spans of a trace. */
export interface TracePlace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

export interface JobLogOptions {
  readonly run: string;
  readonly task: number;
  /** Left out: stderr. */
  readonly destination?: pino.DestinationStream;
}

type Fields = Readonly<Record<string, unknown>>;

export class JobLog {
  readonly #pino: pino.Logger;
  readonly #labels: Readonly<Record<string, string>>;
  /** Once tracing is on: the project that keeps the traces, and where the pass is among its spans. */
  #trace: { readonly project: string; readonly place: () => TracePlace | null } | null = null;

  constructor({ run, task, destination = pino.destination({ dest: 2, sync: true }) }: JobLogOptions) {
    this.#labels = { run, task: String(task) };
    this.#pino = pino(
      {
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        formatters: {
          level: (label) => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }),
          bindings: () => ({}),
        },
      },
      destination,
    );
  }

  /** From now on every line says which trace and span it is part of. */
  traceIn(project: string, place: () => TracePlace | null): void {
    this.#trace = { project, place };
  }

  /** `tenant`: whom it is about. */
  line(
    level: Level,
    message: string,
    { tenant, ...fields }: Fields & { readonly tenant?: string } = {},
  ): void {
    const place = this.#trace?.place() ?? null;
    this.#pino[level](
      {
        run: this.#labels['run'],
        ...(tenant !== undefined && { tenant }),
        ...(withoutSecrets(fields) as object),
        'logging.googleapis.com/labels': { ...this.#labels, ...(tenant !== undefined && { tenant }) },
        ...(this.#trace !== null &&
          place !== null && {
            'logging.googleapis.com/trace': `projects/${this.#trace.project}/traces/${place.traceId}`,
            'logging.googleapis.com/spanId': place.spanId,
            'logging.googleapis.com/trace_sampled': true,
          }),
      },
      redact(message),
    );
  }

  event(event: PassEvent): void {
    const { type, ...fields } = event;
    if (type === 'problem' && event.tenant === PASS) this.line('warn', event.message, { event: type });
    else this.line(type === 'problem' ? 'warn' : 'info', eventText(event), { event: type, ...fields });
  }

  /** What a pass found, cause by cause, and what it came to. */
  report(report: RunReport): void {
    const causes = causesOf(masked(report));
    for (const { finding, members, reach } of causes.slice(0, MOST_CAUSES)) {
      const { class: kind, plane, resource, field, want, have, risk, message, since } = finding;
      const names = [...new Set(members.map(({ tenant }) => tenant.name))];
      const where = field === null ? resource : `${resource} ${field}`;
      const isCalm = kind === 'pending' || finding.excepted !== null;
      this.line(
        isCalm ? 'info' : 'warn',
        `${kind}: ${where}: ${valueText(want)} → ${valueText(have)} (${plural(reach, 'tenant')})`,
        {
          event: 'finding',
          ...(names.length === 1 && { tenant: names[0] ?? '' }),
          finding: { class: kind, plane, resource, field, want, have, risk, message, since },
          tenants: names.slice(0, MOST_NAMES),
        },
      );
    }
    if (causes.length > MOST_CAUSES) {
      this.line('warn', `${causes.length - MOST_CAUSES} more causes; the report has all of them`);
    }
    const { breaker, summary } = report;
    if (breaker !== null)
      this.line('error', `the breaker is open: ${breaker.tripped.join('; ')}`, { breaker });
    this.line('info', 'the pass has ended', { event: 'finished', summary });
  }

  /** It ended the process, or the pass. */
  failure(what: string, error: unknown): void {
    // Settings are mended by whoever reads all that is wrong with them.
    const isSettings = error instanceof Error && error.name === 'SettingsError';
    this.line('error', `${what}: ${isSettings ? error.message : describe(error)}`, { event: 'failed' });
  }
}

/** Every text in a value, however deep. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item)]));
}

/** What Node itself would print between the lines: warnings, and errors that nobody caught. */
export function takeOverStderr(log: JobLog): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => log.line('warn', `${name}: ${message}`, { event: 'warning' }));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.line('fatal', `the job broke off: ${describe(error)}`, { event: 'failed' });
      process.exit(1);
    });
  }
}
