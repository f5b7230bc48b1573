/** What every phase of one build's work is given, and how a phase says that it failed. */
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import type { BuildLog } from './log.ts';
import type { Build, BuildRequest, Failure, FailureType } from './model.ts';
import type { Scratch } from './mounts.ts';

export interface Work {
  readonly cloud: Cloud;
  /** Its request after substitution. */
  readonly request: BuildRequest;
  /** What REST answers; the work fills in timing, results and provenance. */
  readonly build: Build;
  readonly substitutions: Readonly<Record<string, string>>;
  readonly location: string;
  /** Account it runs as. */
  readonly email: string;
  /** `projects/P/global/networks/N` of its private pool. */
  readonly network: string | undefined;
  readonly log: BuildLog;
  /** Aborted by a cancel, a time limit or the end of the cloud. */
  readonly signal: AbortSignal;
}

/** A build that has its folders and its environment. */
export interface Prepared extends Work {
  readonly scratch: Scratch;
  readonly environment: Readonly<Record<string, string>>;
}

/** Thrown by a phase other than the steps; the build ends as a failure for this reason. */
export class PhaseFailed extends Error {
  readonly failure: Failure;

  constructor(type: FailureType, detail: string) {
    super(detail);
    this.failure = { status: 'FAILURE', type, detail };
  }
}

/** Runs one phase; whatever it throws becomes a PhaseFailed of that type, in its own words. */
export async function phase<T>(type: FailureType, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof PhaseFailed) throw error;
    throw new PhaseFailed(type, error instanceof Error ? error.message : String(error));
  }
}

/** Runs it and shows its begin and end in the build's `timing` under `name`. */
export async function timed<T>({ cloud, build }: Work, name: string, run: () => Promise<T>): Promise<T> {
  const startTime = timestamp(cloud.clock.now());
  try {
    return await run();
  } finally {
    build.timing = { ...build.timing, [name]: { startTime, endTime: timestamp(cloud.clock.now()) } };
  }
}
