/** Runs a list of steps: one after the other, with jumps among them, stopping to wait only when a step really waits. */
import type { Position, Step } from '../lang/program.ts';
import { reachableInside } from '../lang/structure.ts';
import { Jump, type Exec, type Maybe, type Signal } from './code.ts';
import type { AssignSum } from './compile-assign.ts';
import { Raised } from './errors.ts';
import type { Frame } from './frame.ts';

/** What a step does: as it is, and with its begin and end told to the run's observer. */
interface Work {
  /** Tried before `plain`: the engine builds this call into the loop, because all of them come from one place. */
  readonly sum: AssignSum | undefined;
  readonly plain: Exec;
  readonly watched: Exec;
}

interface CompiledStep extends Work {
  readonly name: string;
  readonly position: Position;
  /** Where `next` leads. */
  readonly next: Jump | undefined;
  /** The step of this block that follows when the step leaves no signal; undefined when the block is left. */
  then: CompiledStep | undefined;
  /** The step inside that one to begin with. */
  thenEntry: string | undefined;
}

/** Every step a jump can reach in a block → the step of the block that it is, or is inside of. */
type Entries = ReadonlyMap<string, CompiledStep>;

/** Where a jump leads: a step of the block with these entries, and the step inside that one to begin with. */
export interface Landing {
  readonly entries: Entries;
  readonly step: CompiledStep;
  readonly entry: string | undefined;
}

/** Which step comes next, and whether it begins in its middle. One per run of a block; true while the block waits. */
interface Cursor {
  step: CompiledStep;
  entry: string | undefined;
}

/** The branch's turn is over: the step the cursor points at has not begun. */
const TURN_OVER = Symbol('turn over');

/** `compile` gives the work of one step. */
export function compileBlock(steps: readonly Step[], compile: (step: Step) => Work): Exec {
  const entries = new Map<string, CompiledStep>();
  const compiled = steps.map((step) => {
    const made = compileStep(step, compile(step));
    for (const name of [step.name, ...reachableInside(step.body)]) entries.set(name, made);
    return made;
  });
  const [first] = compiled;
  if (first === undefined) return () => undefined;
  for (const [index, step] of compiled.entries()) link(step, compiled[index + 1], entries);
  return (frame, entry) => {
    const cursor: Cursor = (entry === undefined ? undefined : landing(entries, entry)) ?? {
      step: first,
      entry,
    };
    const result = runOn(entries, frame, cursor);
    return result instanceof Promise || result === TURN_OVER
      ? runWaiting(entries, frame, cursor, result)
      : result;
  };
}

const compileStep = ({ name, position, next }: Step, { sum, plain, watched }: Work): CompiledStep => ({
  name,
  position,
  sum,
  plain,
  watched,
  next: next && new Jump(next.target),
  then: undefined,
  thenEntry: undefined,
});

/** Once all steps of the block are there. */
function link(step: CompiledStep, following: CompiledStep | undefined, entries: Entries): void {
  const target = step.next && landing(entries, step.next.target);
  step.then = step.next === undefined ? following : target?.step;
  step.thenEntry = target?.entry;
}

function landing(entries: Entries, target: string): Landing | undefined {
  const step = entries.get(target);
  return step && { entries, step, entry: step.name === target ? undefined : target };
}

/**
 * Runs from the cursor until the block is left (answers the signal it is left with), until a step waits (answers its
 * promise, the cursor at it), or until the branch's turn is over.
 */
function runOn(entries: Entries, frame: Frame, cursor: Cursor): Maybe<Signal> | typeof TURN_OVER {
  const { run, routine, turns } = frame;
  const { onStep } = run;
  const watched = run.observer !== undefined;
  let { step, entry } = cursor;
  try {
    for (;;) {
      if (turns !== undefined && turns.over()) {
        cursor.step = step;
        cursor.entry = entry;
        return TURN_OVER;
      }
      onStep(routine, step.name);
      run.countStep();
      const signal = watched
        ? step.watched(frame, entry)
        : step.sum?.(frame) === true
          ? undefined
          : step.plain(frame, entry);
      if (signal === undefined) {
        if (step.then === undefined) return step.next;
        entry = step.thenEntry;
        step = step.then;
      } else {
        cursor.step = step;
        if (signal instanceof Promise || !follow(entries, cursor, signal)) return signal;
        ({ step, entry } = cursor);
      }
    }
  } catch (error) {
    throw placed(error, step, frame);
  }
}

async function runWaiting(
  entries: Entries,
  frame: Frame,
  cursor: Cursor,
  first: Promise<Signal> | typeof TURN_OVER,
): Promise<Signal> {
  for (let waiting = first; ;) {
    if (waiting === TURN_OVER) {
      await frame.turns?.next();
    } else {
      const signal = await settle(waiting, frame, cursor);
      if (!follow(entries, cursor, signal)) return signal ?? cursor.step.next;
    }
    const result = runOn(entries, frame, cursor);
    if (!(result instanceof Promise) && result !== TURN_OVER) return result;
    waiting = result;
  }
}

async function settle(pending: Promise<Signal>, frame: Frame, cursor: Cursor): Promise<Signal> {
  try {
    return await pending;
  } catch (error) {
    throw placed(error, cursor.step, frame);
  }
}

/** Moves the cursor from its step to the one after `signal`; false when the block is left. */
function follow(entries: Entries, cursor: Cursor, signal: Signal): boolean {
  if (signal === undefined) {
    const { then, thenEntry } = cursor.step;
    if (then === undefined) return false;
    cursor.step = then;
    cursor.entry = thenEntry;
    return true;
  }
  if (signal.kind !== 'jump') return false;
  signal.landing ??= landing(entries, signal.target);
  if (signal.landing?.entries !== entries) return false;
  cursor.step = signal.landing.step;
  cursor.entry = signal.landing.entry;
  return true;
}

/** Every step an error passes tells it where it is; the error keeps what it needs. */
function placed(error: unknown, step: CompiledStep, frame: Frame): unknown {
  if (error instanceof Raised) error.passStep(step.name, frame.routine, step.position);
  return error;
}
