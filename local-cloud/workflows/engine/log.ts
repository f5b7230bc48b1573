/**
 * What the service writes to Cloud Logging for an execution: `sys.log`, its start and end, and its calls when call
 * logging is on. Shapes: google/cloud/workflows/type/{engine_call,executions_system}.proto and the docs page on logs.
 */
import { timestamp } from '../../core/clock.ts';
import type { Cloud } from '../../core/cloud.ts';
import { logEntries } from '../../logging/entries.ts';
import { Raised, Stopped } from '../run/errors.ts';
import type { ExecutionIdentity, Severity } from '../run/host.ts';
import { printable } from '../run/json.ts';
import type { CallStep } from '../run/observer.ts';
import { isMap, type Dict, type Value } from '../run/values.ts';
import type { ExecutionError } from './execution.ts';
import type { CallObserver } from './history.ts';

const TYPE = 'type.googleapis.com/google.cloud.workflows.type';
/** The protos say values may be cut; where is assumed, but for the 1 kB of an exception. */
const MAX_LOGGED_CHARS = 16_384;
const MAX_EXCEPTION_CHARS = 1024;
const REDACTED = '[REDACTED]';

const cut = (text: string, max = MAX_LOGGED_CHARS): string => text.slice(0, max);
const message = (error: unknown): string =>
  cut(error instanceof Error ? error.message : String(error), MAX_EXCEPTION_CHARS);

type Payload = { readonly text: string } | { readonly json: Record<string, unknown> };

export class ExecutionLog {
  readonly #cloud: Cloud;
  readonly #identity: ExecutionIdentity;

  constructor(cloud: Cloud, identity: ExecutionIdentity) {
    this.#cloud = cloud;
    this.#identity = identity;
  }

  /** What the workflow itself says. */
  said(severity: Severity, entry: { text: string } | { json: Dict }): void {
    this.#write(
      'Workflows',
      severity,
      'text' in entry ? entry : { json: JSON.parse(printable(entry.json)) as Record<string, unknown> },
    );
  }

  started(argument: string): void {
    this.#system('INFO', 'ACTIVE', 'Workflow execution started.', { start: { argument } });
  }

  ended(
    state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED',
    result: string | undefined,
    error?: ExecutionError,
  ): void {
    const at = error?.stack[0];
    if (state === 'SUCCEEDED') {
      this.#system('INFO', state, 'Workflow execution succeeded.', { success: { result } });
    } else if (state === 'CANCELLED') {
      this.#system('NOTICE', state, 'Workflow execution cancelled.', {});
    } else {
      this.#system('ERROR', state, 'Workflow execution failed.', {
        failure: {
          exception: cut(error?.payload ?? '', MAX_EXCEPTION_CHARS),
          source: at === undefined ? '' : `${at.routine}.${at.step}`,
        },
      });
    }
  }

  /** `level` as in the API; nothing for LOG_NONE and when no level is set. */
  calls(level: string | undefined): CallObserver | undefined {
    if (level !== 'LOG_ALL_CALLS' && level !== 'LOG_ERRORS_ONLY') return undefined;
    const all = level === 'LOG_ALL_CALLS';
    return {
      call: (step, call) => {
        const begun = timestamp(this.#cloud.clock.now());
        if (all) this.#call('INFO', 'BEGUN', step, call.callee, { begun: argumentsOf(call) });
        return {
          returned: (value) => {
            if (!all) return;
            const succeeded = { callStartTime: begun, response: cut(printable(value)) };
            this.#call('INFO', 'SUCCEEDED', step, call.callee, { succeeded });
          },
          raised: (error) => {
            if (error instanceof Stopped) return;
            const raised = { callStartTime: begun, exception: message(error), origin: originOf(error, step) };
            this.#call('ERROR', 'EXCEPTION_RAISED', step, call.callee, { exceptionRaised: raised });
          },
        };
      },
      handled: (step, routine, error) => {
        const exception = cut(messageOf(error), MAX_EXCEPTION_CHARS);
        this.#call('WARNING', 'EXCEPTION_HANDLED', step, routine, { exceptionHandled: { exception } });
      },
    };
  }

  #call(severity: Severity, state: string, step: string, callee: string, details: object): void {
    this.#write('workflows.googleapis.com%2Fengine_call', severity, {
      json: {
        '@type': `${TYPE}.EngineCallLog`,
        executionId: this.#identity.execution,
        activityTime: timestamp(this.#cloud.clock.now()),
        state,
        step,
        callee,
        ...details,
      },
    });
  }

  #system(severity: Severity, state: string, text: string, details: object): void {
    this.#write('workflows.googleapis.com%2Fexecutions_system', severity, {
      json: {
        '@type': `${TYPE}.ExecutionsSystemLog`,
        message: text,
        activityTime: timestamp(this.#cloud.clock.now()),
        state,
        ...details,
      },
    });
  }

  #write(log: string, severity: Severity, payload: Payload): void {
    const { project, location, workflow, execution } = this.#identity;
    logEntries(this.#cloud).append({
      logName: `projects/${project}/logs/${log}`,
      severity,
      resource: {
        type: 'workflows.googleapis.com/Workflow',
        labels: { project_id: project, location, workflow_id: workflow },
      },
      labels: { 'workflows.googleapis.com/execution_id': execution },
      ...('text' in payload ? { textPayload: payload.text } : { jsonPayload: payload.json }),
    });
  }
}

/** Authorization headers never reach the log (documented). */
function argumentsOf({ names, values }: CallStep): object {
  if (names.length === 0) return { args: values.map((value) => ({ argument: cut(printable(value)) })) };
  const named = names.map((name, i): [string, unknown] => {
    const value = values[i] ?? null;
    const text = printable(name === 'headers' && isMap(value) ? redacted(value) : value);
    return [name, text.length > MAX_LOGGED_CHARS ? cut(text) : (JSON.parse(text) as unknown)];
  });
  return { namedArgs: Object.fromEntries(named) };
}

const redacted = (headers: Dict): Dict =>
  new Map(
    [...headers].map(([name, value]) => [name, name.toLowerCase() === 'authorization' ? REDACTED : value]),
  );

const originOf = (error: unknown, step: string): string =>
  error instanceof Raised ? (error.trace[0]?.step ?? step) : step;

function messageOf(error: Value): string {
  const text = isMap(error) ? error.get('message') : error;
  return typeof text === 'string' ? text : printable(error);
}
