/** Runs a list of steps: one after the other, with jumps among them, stopping to wait only when a step really waits. */
import type { Position, Step } from '../lang/program.ts';
import { reachableInside } from '../lang/structure.ts';
import { rescue, type Exec, type Maybe, type Signal } from './code.ts';
import { Raised } from './errors.ts';
import type { Frame } from './frame.ts';

interface CompiledStep {
  readonly name: string;
  readonly run: Exec;
}

/** `exec` is the step's work; this adds what every step does: counting, placing errors, going on at `next`. */
function compileStep(step: Step, exec: Exec): Exec {
  const { name, position } = step;
  const next: Signal = step.next === undefined ? undefined : { kind: 'jump', target: step.next.target };
  const finish = (signal: Signal): Signal => signal ?? next;
  return (frame, entry) =>
    rescue<Signal>(
      () => {
        frame.run.enterStep(frame.routine, name);
        const signal = exec(frame, entry);
        return signal instanceof Promise ? signal.then(finish) : finish(signal);
      },
      (error) => passed(error, frame, name, position),
    );
}

function passed(error: unknown, frame: Frame, step: string, position: Position): never {
  if (error instanceof Raised) error.passStep(step, frame.routine, position);
  throw error;
}

/** `compile` gives the work of one step. */
export function compileBlock(steps: readonly Step[], compile: (step: Step) => Exec): Exec {
  const compiled = steps.map((step): CompiledStep => ({
    name: step.name,
    run: compileStep(step, compile(step)),
  }));
  const entries = new Map<string, number>();
  for (const [index, step] of steps.entries()) {
    for (const name of [step.name, ...reachableInside(step.body)]) entries.set(name, index);
  }
  return (frame, entry) => {
    const start = entry === undefined ? 0 : (entries.get(entry) ?? 0);
    return runFrom({ steps: compiled, entries }, frame, { index: start, entry });
  };
}

interface Block {
  readonly steps: readonly CompiledStep[];
  readonly entries: ReadonlyMap<string, number>;
}

/** Which step comes next, and whether it begins in its middle. */
interface Cursor {
  readonly index: number;
  readonly entry: string | undefined;
}

const isCursor = (next: Cursor | Signal): next is Cursor => next !== undefined && 'index' in next;

/** The next step after `signal`, or the signal itself when it leaves the block. */
function advance(block: Block, index: number, signal: Signal): Cursor | Signal {
  if (signal === undefined) {
    return index + 1 < block.steps.length ? { index: index + 1, entry: undefined } : undefined;
  }
  const target = signal.kind === 'jump' ? block.entries.get(signal.target) : undefined;
  if (signal.kind !== 'jump' || target === undefined) return signal;
  return { index: target, entry: signal.target };
}

function step(block: Block, frame: Frame, { index, entry }: Cursor): Maybe<Signal> {
  const current = block.steps[index];
  return current?.run(frame, entry === current.name ? undefined : entry);
}

function runFrom(block: Block, frame: Frame, start: Cursor): Maybe<Signal> {
  let cursor = start;
  for (;;) {
    const signal = step(block, frame, cursor);
    if (signal instanceof Promise) return runWaiting(block, frame, cursor, signal);
    const next = advance(block, cursor.index, signal);
    if (!isCursor(next)) return next;
    cursor = next;
  }
}

async function runWaiting(
  block: Block,
  frame: Frame,
  start: Cursor,
  pending: Promise<Signal>,
): Promise<Signal> {
  let next = advance(block, start.index, await pending);
  while (isCursor(next)) next = advance(block, next.index, await step(block, frame, next));
  return next;
}
