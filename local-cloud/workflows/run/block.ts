/** Runs a list of steps: one after the other, with jumps among them, stopping to wait only when a step really waits. */
import type { Position, Step } from '../lang/program.ts';
import { reachableInside } from '../lang/structure.ts';
import type { Exec, Maybe, Signal } from './code.ts';
import { Raised } from './errors.ts';
import type { Frame } from './frame.ts';

interface CompiledStep {
  readonly name: string;
  readonly position: Position;
  readonly run: Exec;
  /** The index in this block that follows when the step leaves no signal; undefined when `next` leads out of it. */
  readonly then: number | undefined;
  /** The step inside that one to begin with. */
  readonly thenEntry: string | undefined;
  /** Where `next` leads, when it leads out. */
  readonly next: Signal;
}

interface Block {
  readonly steps: readonly CompiledStep[];
  /** Every step a jump can reach here → the index of the step it is, or is inside of. */
  readonly entries: ReadonlyMap<string, number>;
}

/** Which step comes next, and whether it begins in its middle. One per run of a block. */
interface Cursor {
  at: number;
  entry: string | undefined;
}

/** The branch's turn is over: the step the cursor points at has not begun. */
const TURN_OVER = Symbol('turn over');

/** `compile` gives the work of one step. */
export function compileBlock(steps: readonly Step[], compile: (step: Step) => Exec): Exec {
  const entries = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    for (const name of [step.name, ...reachableInside(step.body)]) entries.set(name, index);
  }
  const compiled = steps.map((step, index) => compileStep(step, index, compile(step), steps, entries));
  const block: Block = { steps: compiled, entries };
  return (frame, entry) => {
    const cursor = { at: entry === undefined ? 0 : (entries.get(entry) ?? 0), entry };
    if (compiled[cursor.at]?.name === entry) cursor.entry = undefined;
    const result = runOn(block, frame, cursor);
    return result instanceof Promise || result === TURN_OVER
      ? runWaiting(block, frame, cursor, result)
      : result;
  };
}

function compileStep(
  { name, position, next }: Step,
  index: number,
  run: Exec,
  steps: readonly Step[],
  entries: ReadonlyMap<string, number>,
): CompiledStep {
  const follow = next === undefined ? index + 1 : entries.get(next.target);
  return {
    name,
    position,
    run,
    then: follow,
    thenEntry: follow === undefined || steps[follow]?.name === next?.target ? undefined : next?.target,
    next: next === undefined ? undefined : { kind: 'jump', target: next.target },
  };
}

/**
 * Runs from the cursor until the block is left (answers the signal it is left with), until a step waits (answers its
 * promise, the cursor still at it), or until the branch's turn is over.
 */
function runOn(block: Block, frame: Frame, cursor: Cursor): Maybe<Signal> | typeof TURN_OVER {
  const { steps } = block;
  const { run, routine, turns } = frame;
  try {
    for (;;) {
      const step = steps[cursor.at];
      if (step === undefined) return undefined;
      if (turns?.over()) return TURN_OVER;
      run.enterStep(routine, step.name);
      const signal = step.run(frame, cursor.entry);
      if (signal instanceof Promise) return signal;
      if (!advance(block, cursor, step, signal)) return signal ?? step.next;
    }
  } catch (error) {
    throw placed(error, block, frame, cursor);
  }
}

async function runWaiting(
  block: Block,
  frame: Frame,
  cursor: Cursor,
  first: Promise<Signal> | typeof TURN_OVER,
): Promise<Signal> {
  for (let waiting = first; ;) {
    if (waiting === TURN_OVER) {
      await frame.turns?.next();
    } else {
      const signal = await settle(waiting, block, frame, cursor);
      const step = block.steps[cursor.at];
      if (step === undefined || !advance(block, cursor, step, signal)) return signal ?? step?.next;
    }
    const result = runOn(block, frame, cursor);
    if (!(result instanceof Promise) && result !== TURN_OVER) return result;
    waiting = result;
  }
}

async function settle(pending: Promise<Signal>, block: Block, frame: Frame, cursor: Cursor): Promise<Signal> {
  try {
    return await pending;
  } catch (error) {
    throw placed(error, block, frame, cursor);
  }
}

/** Moves the cursor to the step after `signal`; false when the signal leaves the block. */
function advance(block: Block, cursor: Cursor, step: CompiledStep, signal: Signal): boolean {
  if (signal === undefined) {
    if (step.then === undefined) return false;
    cursor.at = step.then;
    cursor.entry = step.thenEntry;
    return true;
  }
  const target = signal.kind === 'jump' ? block.entries.get(signal.target) : undefined;
  if (signal.kind !== 'jump' || target === undefined) return false;
  cursor.at = target;
  cursor.entry = block.steps[target]?.name === signal.target ? undefined : signal.target;
  return true;
}

/** Every step an error passes tells it where it is; the error keeps what it needs. */
function placed(error: unknown, block: Block, frame: Frame, cursor: Cursor): unknown {
  const step = block.steps[cursor.at];
  if (error instanceof Raised && step !== undefined) error.passStep(step.name, frame.routine, step.position);
  return error;
}
