/** What is wrong with a workflow's source: collected while parsing and checking, told to the person at deploy time. */
import type { Position } from './program.ts';

export interface Problem {
  readonly detail: string;
  readonly position: Position;
  /** The step the detail is about, when there is one. */
  readonly step?: string;
}

/** The source cannot be deployed. The message has the form Workflows puts into a failed deploy operation. */
export class BuildError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`failed to build: ${problems.map(describe).join('\n')}`);
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
