/** Runs a build's steps in the order their `waitFor` asks for, as many at once as that allows. */
import { timestamp } from '../core/clock.ts';
import type { BuildLog } from './log.ts';
import type { BuildRequest, BuildStatus, BuildStep, Failure, TimeSpan } from './model.ts';
import { patience } from './patience.ts';
import { runStep, type StepContext } from './run-step.ts';

/** How far one step came; shown in the build only when the build is over. */
export interface StepState {
  status: BuildStatus;
  exitCode?: number;
  timing?: TimeSpan;
}

export interface StepsEnd {
  readonly states: readonly StepState[];
  /** The first failure that counts; undefined when all steps went well or were allowed to fail. */
  readonly failure: Failure | undefined;
}

/** Indices of the steps that must be over before step `index` begins. */
function dependencies(steps: readonly BuildStep[], index: number): number[] {
  const step = steps[index];
  const before = steps.slice(0, index);
  if (!step || step.waitFor.length === 0) return before.map((_, i) => i);
  return before.flatMap(({ id }, i) => (id !== '' && step.waitFor.includes(id) ? [i] : []));
}

/** Runs them all; a failure stops those still running. `signal` aborts the whole build. */
export async function runSteps(
  context: StepContext,
  build: BuildRequest,
  log: BuildLog,
  signal: AbortSignal,
): Promise<StepsEnd> {
  const states: StepState[] = build.steps.map(() => ({ status: 'QUEUED' }));
  const stop = new AbortController();
  const any = AbortSignal.any([signal, stop.signal]);
  const end: { failure: Failure | undefined } = { failure: undefined };
  const running: Promise<void>[] = [];
  for (const [index, step] of build.steps.entries()) {
    const needed = dependencies(build.steps, index).flatMap((i) => running[i] ?? []);
    running.push(
      (async () => {
        await Promise.all(needed);
        const state = states[index];
        if (any.aborted || !state) return;
        const failed = await oneStep(context, step, index, state, log, any);
        if (!failed) return;
        end.failure ??= failed;
        stop.abort();
      })(),
    );
  }
  await Promise.all(running);
  return { states, failure: end.failure };
}

async function oneStep(
  context: StepContext,
  step: BuildStep,
  index: number,
  state: StepState,
  log: BuildLog,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { clock } = context.cloud;
  const label = `Step #${index}${step.id === '' ? '' : ` - "${step.id}"`}`;
  const startTime = timestamp(clock.now());
  log.line(`Starting ${label}`);
  state.status = 'WORKING';
  const lines = log.step(index, step.id);
  const limit = step.timeout === undefined ? undefined : patience(context.cloud, step.timeout);
  const end = await runStep(
    context,
    step,
    index,
    lines,
    limit ? AbortSignal.any([signal, limit.signal]) : signal,
  );
  limit?.cancel();
  state.timing = { startTime, endTime: timestamp(clock.now()) };
  const title = `build step ${index} "${step.name}" failed`;
  if (signal.aborted) {
    state.status = 'CANCELLED';
    return undefined;
  }
  log.line(`Finished ${label}`);
  if (limit?.signal.aborted) {
    state.status = 'TIMEOUT';
    return stepFailure(`${title}: step timed out after ${step.timeout ?? 0}s`, lines.lastUsefulLine);
  }
  state.exitCode = end.exitCode;
  state.status = end.exitCode === 0 ? 'SUCCESS' : 'FAILURE';
  if (end.exitCode === 0) return undefined;
  if (step.allowFailure || step.allowExitCodes.includes(end.exitCode)) {
    log.line(`${label} ended with status ${end.exitCode}, which the build allows`);
    return undefined;
  }
  if (end.error !== undefined) return stepFailure(`${title}: ${end.error}`, '');
  return stepFailure(`${title}: step exited with non-zero status: ${end.exitCode}`, lines.lastUsefulLine);
}

/** The cause is what the step said last: Cloud Build leaves it in the log, here the caller sees it at once. */
const stepFailure = (what: string, lastLine: string): Failure => ({
  status: 'FAILURE',
  type: 'USER_BUILD_STEP',
  detail: lastLine === '' ? what : `${what}: ${lastLine}`,
});
