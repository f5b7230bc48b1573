/** Where `next` may lead: to steps of the same block and of the blocks around it, never across a loop or branch border. */
import type { Jump, Step } from '../lang/program.ts';
import { allSteps, reachable } from '../lang/structure.ts';
import { report, type Place, type Region } from './context.ts';

export function routineRegion(steps: readonly Step[]): Region {
  return {
    names: new Set(reachable(steps)),
    loop: 'none',
    inBranch: false,
    routine: new Set(allSteps(steps).map(({ name }) => name)),
  };
}

/** The body of a loop or branch: nothing leads out of it. */
export function closedRegion(steps: readonly Step[], around: Region, loop: Region['loop']): Region {
  return {
    names: new Set(reachable(steps)),
    loop,
    inBranch: around.inBranch || loop === 'parallel',
    routine: around.routine,
  };
}

/** A branch of a parallel step: like a loop body, but without `continue`. */
export const branchRegion = (steps: readonly Step[], around: Region): Region => ({
  ...closedRegion(steps, around, 'none'),
  inBranch: true,
});

/** The body of `try` or `except`: jumps lead out, none lead in. */
export const openRegion = (steps: readonly Step[], around: Region): Region => ({
  ...around,
  names: new Set(reachable(steps)),
  outer: around,
});

export function checkJump(jump: Jump | undefined, place: Place): void {
  if (jump === undefined) return;
  const detail = refusal(jump.target, place.region);
  if (detail !== undefined) report(place, detail, jump.position);
}

function refusal(target: string, region: Region): string | undefined {
  if (target === 'break' || target === 'continue') {
    if (region.loop === 'none') return `'next: ${target}' can only be used inside a for loop`;
    return target === 'break' && region.loop === 'parallel'
      ? "'next: break' cannot be used in a parallel loop"
      : undefined;
  }
  if (target === 'end')
    return region.inBranch ? "'next: end' cannot be used in a parallel branch" : undefined;
  for (let at: Region | undefined = region; at !== undefined; at = at.outer) {
    if (at.names.has(target)) return undefined;
  }
  return region.routine.has(target)
    ? `jump to step '${target}' crosses the border of a loop, a parallel branch or a try block`
    : `jump to step '${target}', which does not exist`;
}
