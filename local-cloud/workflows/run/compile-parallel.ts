/**
 * Parallel branches and iterations. The only policy is `continueAll`: every branch runs to its end, then the failures
 * are raised together (docs page on parallel steps).
 */
import { MAX_PARALLEL_DEPTH, MAX_REPORTED_BRANCHES } from '../lang/limits.ts';
import type { ForBody, ParallelBody } from '../lang/program.ts';
import { childScope } from '../lang/scope.ts';
import { lastly, andThen, type Exec, type Maybe, type Signal } from './code.ts';
import { compileTemplate } from './compile-expression.ts';
import { compileIteration, compileRounds } from './compile-for.ts';
import { Fatal, Raised, systemError, valueError } from './errors.ts';
import { Scope, type Frame } from './frame.ts';
import { watched } from './observer.ts';
import { printable } from './json.ts';
import { Permits } from './permits.ts';
import type { Site } from './site.ts';
import { mapOf, type Dict } from './values.ts';

interface Thread {
  /** The branch's name or the iteration's index. */
  readonly id: string;
  run(frame: Frame): Maybe<Signal>;
}

export function compileParallel(body: ParallelBody, site: Site): Exec {
  const threads = body.work.kind === 'for' ? iterations(body.work, body.shared, site) : branches(body, site);
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
        runAll([...list], frame, count === null ? undefined : Number(count)),
      );
    });
  };
}

function branches(body: ParallelBody, site: Site): (frame: Frame) => Iterable<Thread> {
  const list = body.work.kind === 'branches' ? body.work.branches : [];
  const threads = list.map(({ name, steps }, i): Thread => {
    const scope = childScope('branch', site.scope, [], steps, body.shared);
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
  return () => threads;
}

function iterations(
  body: ForBody,
  shared: readonly string[],
  site: Site,
): (frame: Frame) => Maybe<Iterable<Thread>> {
  const variables = [body.value, ...(body.index === undefined ? [] : [body.index])];
  const scope = childScope('branch', site.scope, variables, body.steps, shared);
  const rounds = compileRounds(body, site);
  const iterate = compileIteration(body, scope, site, true);
  return (frame) =>
    andThen(rounds(frame), (list) =>
      [...list].map((iteration): Thread => ({
        id: String(iteration.index),
        run: (inner) => iterate(inner, iteration),
      })),
    );
}

async function runAll(
  threads: readonly Thread[],
  frame: Frame,
  limit: number | undefined,
): Promise<undefined> {
  const { branches: permits } = frame.run;
  const own = new Permits(limit ?? threads.length);
  // A branch that waits for branches of its own lends them its place: with all places taken by waiting branches,
  // nothing could ever go on.
  if (frame.parallelDepth > 0) permits.release();
  try {
    const failures = await Promise.all(threads.map((thread) => runOne(thread, frame, own)));
    raiseFailures(failures.filter((failure) => failure !== undefined));
  } finally {
    if (frame.parallelDepth > 0) await permits.acquire();
  }
  return undefined;
}

/** The failure of a branch as the error map shows it. Rejects only for what ends the whole execution. */
async function runOne(thread: Thread, frame: Frame, own: Permits): Promise<Dict | undefined> {
  const { run } = frame;
  const turns = run.schedule.branch();
  await own.acquire();
  await run.branches.acquire();
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
    own.release();
  }
}

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
