/** Runs a workflow's source without any cloud: a host with a clock of its own and no services. */
import { CloudClock } from '../../../../local-cloud/core/clock.ts';
import { build } from '../../../../local-cloud/workflows/check/check.ts';
import { BuildError } from '../../../../local-cloud/workflows/lang/problems.ts';
import { Raised, Stopped } from '../../../../local-cloud/workflows/run/errors.ts';
import type { ExecutionIdentity, Host, Severity } from '../../../../local-cloud/workflows/run/host.ts';
import { compileProgram } from '../../../../local-cloud/workflows/run/interpreter.ts';
import { parseJson, printable } from '../../../../local-cloud/workflows/run/json.ts';
import type { Value } from '../../../../local-cloud/workflows/run/values.ts';

const IDENTITY: ExecutionIdentity = {
  project: 'acme',
  projectNumber: '123',
  location: 'us-central1',
  workflow: 'w',
  revision: '000001-abc',
  execution: 'e',
  serviceAccount: 'runner@acme.iam.gserviceaccount.com',
  userEnvVars: { COLOUR: 'green' },
};

export interface TestHost extends Host {
  readonly clock: CloudClock;
  readonly endpoints: Map<string, string>;
  readonly logged: { severity: Severity; entry: unknown }[];
  /** How many sleeps of the execution are under way. */
  sleeping(): number;
}

/** Time stands still until the test moves it; `speed` makes it run. */
export function testHost(options: { speed?: number; start?: number } = {}): TestHost {
  const clock = new CloudClock({ speed: 0, start: Date.parse('2026-01-02T03:04:05Z'), ...options });
  const over = new AbortController();
  const endpoints = new Map<string, string>();
  const logged: TestHost['logged'] = [];
  let sleeping = 0;
  const sleep = (ms: number): Promise<void> => {
    sleeping += 1;
    return clock.sleep(ms, over.signal).finally(() => (sleeping -= 1));
  };
  return {
    clock,
    endpoints,
    logged,
    identity: IDENTITY,
    end: (cause) => over.abort(cause),
    now: () => clock.now(),
    sleep,
    pause: sleep,
    sleeping: () => sleeping,
    deadline: (ms) => {
      const late = new AbortController();
      const cancel = clock.after(ms, () => late.abort(new Stopped('late')));
      return {
        signal: AbortSignal.any([late.signal, over.signal]),
        passed: () => late.signal.aborted,
        cancel,
      };
    },
    endpoint: (service) => endpoints.get(service),
    token: () => 'token',
    log: (severity, entry) => logged.push({ severity, entry }),
    createCallback: () => 'http://127.0.0.1/callbacks/1',
    awaitCallback: () => undefined,
  };
}

/** The result as plain JSON data, or the error a workflow failed with. */
export interface Outcome {
  readonly result?: unknown;
  readonly error?: Raised;
  readonly steps: readonly string[];
  /** Bytes still counted when the execution was over. */
  readonly memory: number;
}

export async function execute(
  source: string,
  argument: unknown = null,
  host: Host = testHost({ speed: 1000 }),
): Promise<Outcome> {
  const steps: string[] = [];
  const { run, result } = compileProgram(build(source)).start(
    parseJson(JSON.stringify(argument)),
    host,
    (_routine, step) => steps.push(step),
  );
  try {
    const value = await result;
    return { result: JSON.parse(printable(value)), steps, memory: run.memory };
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    return { error, steps, memory: run.memory };
  } finally {
    host.end(new Stopped('test over'));
  }
}

/**
 * Runs to the end on a standing clock, moving its time only while the execution sleeps: an HTTP exchange under way
 * takes no cloud time, so that no deadline passes because this machine is busy.
 */
export async function executeInTime(
  source: string,
  argument: unknown = null,
  host = testHost(),
): Promise<Outcome> {
  const state = { done: false };
  const running = execute(source, argument, host).finally(() => (state.done = true));
  while (!state.done) {
    await new Promise((resolve) => setImmediate(resolve));
    if (host.sleeping() > 0) await host.clock.advance(1000);
  }
  return running;
}

/** The value of one expression, given without `${}`; throws what it raises. */
export async function evaluate(expression: string, argument: unknown = null): Promise<Value> {
  const source = `main:\n  params: [x]\n  steps:\n  - s:\n      return: ${JSON.stringify(`\${${expression}}`)}\n`;
  const host = testHost();
  const { result } = compileProgram(build(source)).start(
    parseJson(JSON.stringify(argument)),
    host,
    () => undefined,
  );
  return result;
}

/** The details of everything wrong with a source; empty when it can be deployed. */
export function problemsOf(source: string): string[] {
  try {
    build(source);
    return [];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return error.message.replace(/^failed to build: /, '').split('\n');
  }
}

/** The first tag of the error a workflow failed with. */
export async function tagOf(outcome: Promise<unknown>): Promise<string> {
  try {
    const done = await outcome;
    if (typeof done !== 'object' || done === null || !('error' in done) || !(done.error instanceof Raised)) {
      return 'no error';
    }
    return firstTag(done.error);
  } catch (error) {
    if (error instanceof Raised) return firstTag(error);
    throw error;
  }
}

function firstTag(error: Raised): string {
  const tags = error.value instanceof Map ? (error.value.get('tags') as unknown) : undefined;
  return Array.isArray(tags) ? String(tags[0]) : 'no tags';
}
