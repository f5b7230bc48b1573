/** What every check carries along: where it is, what is visible there, and where to report. */
import type { Problems } from '../lang/problems.ts';
import type { Position, Program } from '../lang/program.ts';
import type { StaticScope } from '../lang/scope.ts';
import type { Region } from './jumps.ts';

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
