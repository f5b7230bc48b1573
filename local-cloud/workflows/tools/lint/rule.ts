/** What a lint rule is: something the service deploys without a word, and people regret later. */
import type { Position, Program, Routine, Step } from '../../lang/program.ts';

export interface Remark {
  readonly message: string;
  readonly position: Position;
  readonly step?: Step;
  /** The word to point at inside the position. */
  readonly word?: string;
}

export interface Rule {
  readonly id: string;
  /** One sentence: what happens. */
  readonly summary: string;
  readonly help: string;
  readonly check: (routine: Routine, program: Program) => Iterable<Remark>;
}
