/**
 * Which variable a name means at each place of a routine. The checker asks whether there is one, the compiler where it
 * lives. One scope per routine; loop bodies, parallel branches and `except` blocks open child scopes, in which names
 * that no outer scope knows are local (docs page on variables).
 */
import type { Body, Routine, Step } from './program.ts';

export type ScopeKind = 'routine' | 'loop' | 'branch' | 'except';

/** Where a variable lives, seen from the scope that asked: so many scopes up, in that slot. */
export interface Location {
  readonly depth: number;
  readonly slot: number;
}

export class StaticScope {
  readonly kind: ScopeKind;
  readonly parent: StaticScope | undefined;
  /** For a branch: the outer variables it may write. */
  readonly shared: readonly string[];
  readonly #slots = new Map<string, number>();

  constructor(
    kind: ScopeKind,
    parent: StaticScope | undefined,
    own: Iterable<string>,
    shared: readonly string[] = [],
  ) {
    this.kind = kind;
    this.parent = parent;
    this.shared = shared;
    for (const name of own) if (!this.#slots.has(name)) this.#slots.set(name, this.#slots.size);
  }

  /** How many variables a running instance of this scope holds. */
  get size(): number {
    return this.#slots.size;
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  find(name: string): Location | undefined {
    const slot = this.#slots.get(name);
    if (slot !== undefined) return { depth: 0, slot };
    const outer = this.parent?.find(name);
    return outer && { depth: outer.depth + 1, slot: outer.slot };
  }

  /** Own names first, then those of the scopes around it; a name may come twice. */
  *visibleNames(): Iterable<string> {
    yield* this.#slots.keys();
    if (this.parent !== undefined) yield* this.parent.visibleNames();
  }

  knows(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** The first branch on the way to `name`'s scope that does not share it; writing it there is a deploy error. */
  unsharedBranch(name: string): StaticScope | undefined {
    if (this.has(name)) return undefined;
    if (this.kind === 'branch' && !this.shared.includes(name)) return this;
    return this.parent?.unsharedBranch(name);
  }
}

export const routineScope = (routine: Routine): StaticScope =>
  new StaticScope('routine', undefined, [
    ...routine.params.map(({ name }) => name),
    ...assignedIn(routine.steps),
  ]);

/** A child scope: `variables` (loop variables, the caught error) are always its own. */
export function childScope(
  kind: Exclude<ScopeKind, 'routine'>,
  parent: StaticScope,
  variables: readonly string[],
  steps: readonly Step[],
  shared: readonly string[] = [],
): StaticScope {
  const fresh = assignedIn(steps).filter((name) => !parent.knows(name));
  return new StaticScope(kind, parent, [...variables, ...fresh], shared);
}

/** Names assigned by these steps, not looking into blocks that have a scope of their own. */
function assignedIn(steps: readonly Step[]): string[] {
  return steps.flatMap(({ body }) => assignedBy(body));
}

function assignedBy(body: Body): string[] {
  switch (body.kind) {
    case 'assign':
      return body.assignments.map(({ target }) => target.name);
    case 'call':
      return body.result === undefined ? [] : [body.result.name];
    case 'switch':
      return body.arms.flatMap((arm) => assignedBy(arm.body));
    case 'try':
      return assignedBy(body.body);
    case 'steps':
      return assignedIn(body.steps);
    case 'for':
    case 'parallel':
    case 'raise':
    case 'return':
    case 'jump':
      return [];
  }
}
