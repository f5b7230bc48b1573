/** What is wrong with a workflow's source: collected while parsing and checking, told to the person at deploy time. */
import type { Position } from './program.ts';

export interface Problem {
  readonly detail: string;
  readonly position: Position;
  /** The step the detail is about, when there is one. */
  readonly step?: string;
}

/** Lines of a failed operation's message: a source of 128 KB can hold thousands of mistakes. Assumed. */
const MAX_TOLD = 50;

/** The source cannot be deployed. The message has the form Workflows puts into a failed deploy operation. */
export class BuildError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const told = problems.slice(0, MAX_TOLD).map(describe);
    const more = problems.length - told.length;
    super(`failed to build: ${[...told, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')}`);
    this.problems = problems;
  }
}

const describe = ({ step, detail }: Problem): string =>
  step === undefined ? detail : `error in step ${step}: ${detail}`;

/** Collects problems, so that a person sees all of them at once rather than one per deploy. */
export class Problems {
  readonly #found: Problem[] = [];

  add(detail: string, position: Position, step?: string): void {
    this.#found.push(step === undefined ? { detail, position } : { detail, position, step });
  }

  get list(): readonly Problem[] {
    return this.#found;
  }

  /** Throws a {@link BuildError} when anything was found. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new BuildError(this.#found);
  }
}
