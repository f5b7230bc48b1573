/**
 * Parallel branches and iterations. The only policy is `continueAll`: every branch runs to its end, then the failures
 * are raised together (docs page on parallel steps).
 */
import { MAX_CONCURRENT_BRANCHES, MAX_PARALLEL_DEPTH, MAX_REPORTED_BRANCHES } from '../lang/limits.ts';
import type { ForBody, ParallelBody } from '../lang/program.ts';
import { childScope } from '../lang/scope.ts';
import { lastly, andThen, type Exec, type Maybe, type Signal } from './code.ts';
import { compileTemplate } from './compile-expression.ts';
import { compileIteration, compileRounds } from './compile-for.ts';
import { Fatal, Raised, systemError, valueError } from './errors.ts';
import { Scope, type Frame } from './frame.ts';
import { watched } from './observer.ts';
import { printable } from './json.ts';
import type { Site } from './site.ts';
import { mapOf, type Dict } from './values.ts';

interface Thread {
  /** The branch's name or the iteration's index. */
  readonly id: string;
  run(frame: Frame): Maybe<Signal>;
}

/** Made one by one as places come free: a range may be longer than any memory. */
interface Threads {
  readonly count: number;
  thread(index: number): Thread;
}

export function compileParallel(body: ParallelBody, site: Site): Exec {
  const threads =
    body.work.kind === 'for' ? iterations(body.work, sharedBy(body), site) : branches(body, site);
  const limit =
    body.concurrencyLimit === undefined ? undefined : compileTemplate(body.concurrencyLimit, site);
  return (frame) => {
    if (frame.parallelDepth >= MAX_PARALLEL_DEPTH) {
      throw systemError(
        'ParallelNestingError',
        `parallel steps are nested more than ${MAX_PARALLEL_DEPTH} deep`,
      );
    }
    return andThen(limit?.(frame) ?? null, (count) => {
      if (count !== null && (typeof count !== 'bigint' || count < 1n)) {
        throw valueError('concurrency_limit must be a positive integer');
      }
      return andThen(threads(frame), (list) =>
        runAll(list, frame, count === null ? undefined : Number(count)),
      );
    });
  };
}

const sharedBy = ({ shared }: ParallelBody): string[] => shared.map(({ name }) => name);

function branches(body: ParallelBody, site: Site): (frame: Frame) => Threads {
  const list = body.work.kind === 'branches' ? body.work.branches : [];
  const threads = list.map(({ name, steps }, i): Thread => {
    const scope = childScope('branch', site.scope, [], steps, sharedBy(body));
    const piece = { kind: 'branch', name, number: i + 1, of: list.length } as const;
    const run = watched(scope, piece, site.block(steps, scope));
    return {
      id: name,
      run: (frame) => {
        const inner = new Scope(frame.run, scope.size, frame.scope);
        return lastly(
          () => run(frame.within(inner)),
          () => inner.release(),
        );
      },
    };
  });
  return () => ({ count: threads.length, thread: (index) => threadAt(threads, index) });
}

function threadAt(threads: readonly Thread[], index: number): Thread {
  const thread = threads[index];
  if (thread === undefined) throw new Error(`there is no branch ${index}`);
  return thread;
}

function iterations(body: ForBody, shared: readonly string[], site: Site): (frame: Frame) => Maybe<Threads> {
  const variables = [body.value, ...(body.index === undefined ? [] : [body.index])];
  const scope = childScope('branch', site.scope, variables, body.steps, shared);
  const rounds = compileRounds(body, site);
  const iteration = compileIteration(body, scope, site, true);
  return (frame) =>
    andThen(rounds(frame), (list) => ({
      count: list.count,
      thread: (index) => ({
        id: String(index),
        run: (inner) => iteration.run(iteration.enter(inner), list, index),
      }),
    }));
}

interface Failure {
  readonly index: number;
  /** As the error map shows it. */
  readonly branch: Dict;
}

async function runAll(threads: Threads, frame: Frame, limit: number | undefined): Promise<undefined> {
  const { branches: permits } = frame.run;
  const failures: Failure[] = [];
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < threads.count) {
      const index = started;
      started += 1;
      const branch = await runOne(threads, index, frame);
      if (branch !== undefined) failures.push({ index, branch });
    }
  };
  const lanes = Math.min(limit ?? threads.count, threads.count, MAX_CONCURRENT_BRANCHES);
  // A branch that waits for branches of its own lends them its place: with all places taken by waiting branches,
  // nothing could ever go on.
  if (frame.parallelDepth > 0) permits.release();
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    if (frame.parallelDepth > 0) {
      await permits.acquire();
      await frame.turns?.next();
    }
  }
  raiseFailures(failures.sort((a, b) => a.index - b.index).map(({ branch }) => branch));
  return undefined;
}

/** The failure of a branch, if it fails. Rejects only for what ends the whole execution. */
async function runOne(threads: Threads, index: number, frame: Frame): Promise<Dict | undefined> {
  const { run } = frame;
  const turns = run.schedule.branch();
  await run.branches.acquire();
  const thread = threads.thread(index);
  try {
    await turns.next();
    await thread.run(frame.branch(turns));
    return undefined;
  } catch (error) {
    if (!(error instanceof Raised) || error instanceof Fatal) throw error;
    return mapOf({
      id: thread.id,
      error: mapOf({ context: error.context(printable), payload: printable(error.value) }),
    });
  } finally {
    run.branches.release();
  }
}

/** Assumed: the map has these fields, as in the docs' sample on unhandled exceptions of branches. */
function raiseFailures(failures: readonly Dict[]): void {
  if (failures.length === 0) return;
  throw systemError(
    'UnhandledBranchError',
    'UnhandledBranchError: One or more branches or iterations encountered an unhandled runtime error',
    {
      tags: ['UnhandledBranchError', 'RuntimeError'],
      branches: failures.slice(0, MAX_REPORTED_BRANCHES),
      truncated: failures.length > MAX_REPORTED_BRANCHES,
    },
  );
}
