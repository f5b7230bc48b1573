/** What every check carries along: where it is, what is visible there, and where to report. */
import type { Problems } from '../lang/problems.ts';
import type { Position, Program } from '../lang/program.ts';
import type { StaticScope } from '../lang/scope.ts';

/** A block of steps as jumps see it. */
export interface Region {
  /** Steps a jump can reach here: the block's own, and those inside plain `steps` and switch arms. */
  readonly names: ReadonlySet<string>;
  /** Set when jumps may leave this block: out of `try` and `except`, but not out of loops and branches. */
  readonly outer?: Region;
  /** What `break` and `continue` mean here. */
  readonly loop: 'none' | 'sequential' | 'parallel';
  /** Inside a parallel branch, at any depth: a routine cannot be ended from there. */
  readonly inBranch: boolean;
  /** Every step of the routine, to tell a wrong name from a jump across a border. */
  readonly routine: ReadonlySet<string>;
}

export interface Place {
  readonly program: Program;
  readonly problems: Problems;
  readonly scope: StaticScope;
  readonly region: Region;
  readonly step: string;
}

export function report(place: Place, detail: string, position: Position): void {
  place.problems.add(detail, position, place.step);
}
