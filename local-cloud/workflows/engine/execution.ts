/** One execution: its state, and its REST form in the two views. */
import { timestamp } from '../../core/clock.ts';
import type { Callbacks } from './callbacks.ts';
import type { History } from './history.ts';
import type { ExecutionLog } from './log.ts';
import type { WorkflowName } from './names.ts';
import type { Revision } from './definitions.ts';
import type { StackElement } from '../run/errors.ts';

type ExecutionState = 'QUEUED' | 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

export interface ExecutionError {
  readonly payload: string;
  readonly context: string;
  readonly stack: readonly StackElement[];
}

export interface Execution {
  readonly id: string;
  /** With the project's number. */
  readonly name: string;
  readonly workflow: WorkflowName;
  readonly revision: Revision;
  /** JSON text. */
  readonly argument: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly callLogLevel: string | undefined;
  readonly historyLevel: string | undefined;
  readonly disableBuffering: boolean | undefined;
  /** Milliseconds of cloud time, as are the two others. */
  readonly created: number;
  readonly callbacks: Callbacks;
  readonly history: History;
  readonly log: ExecutionLog;
  state: ExecutionState;
  started: number | undefined;
  ended: number | undefined;
  result: string | undefined;
  error: ExecutionError | undefined;
  current: { readonly routine: string; readonly step: string } | undefined;
}

export const isRunning = ({ state }: Execution): boolean => state === 'ACTIVE' || state === 'QUEUED';

/** Seconds between start and end, or until now. */
export const durationOf = (execution: Execution, now: number): number =>
  execution.started === undefined ? 0 : ((execution.ended ?? now) - execution.started) / 1000;

export type View = 'BASIC' | 'FULL';

/** The REST resource. Which fields BASIC keeps is from the proto's comment on ExecutionView. */
export function executionBody(execution: Execution, view: View, now: number): Record<string, unknown> {
  const { name, state, started, ended, revision } = execution;
  const basic = {
    name,
    ...(started !== undefined && {
      startTime: timestamp(started),
      duration: `${durationOf(execution, now)}s`,
    }),
    ...(ended !== undefined && { endTime: timestamp(ended) }),
    state,
    workflowRevisionId: revision.id,
  };
  return view === 'BASIC' ? basic : { ...basic, ...details(execution) };
}

function details(execution: Execution): Record<string, unknown> {
  const { argument, result, error, current, labels, created, callLogLevel, historyLevel } = execution;
  return {
    createTime: timestamp(created),
    argument,
    ...(result !== undefined && { result }),
    ...(error !== undefined && { error: errorBody(error) }),
    ...(current !== undefined && { status: { currentSteps: [current] } }),
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(callLogLevel !== undefined && { callLogLevel }),
    ...(historyLevel !== undefined && { executionHistoryLevel: historyLevel }),
    ...(execution.disableBuffering !== undefined && {
      disableConcurrencyQuotaOverflowBuffering: execution.disableBuffering,
    }),
  };
}

function errorBody({ payload, context, stack }: ExecutionError): Record<string, unknown> {
  // int64 fields are decimal strings in REST.
  const elements = stack.map(({ step, routine, position }) => ({
    step,
    routine,
    position: {
      line: String(position.line),
      column: String(position.column),
      length: String(position.length),
    },
  }));
  return { payload, context, ...(elements.length > 0 && { stackTrace: { elements } }) };
}
