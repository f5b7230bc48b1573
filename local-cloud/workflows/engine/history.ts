/** The step entries of one execution: what ran, inside what, after what, and how it ended. */
import { Raised, Stopped } from '../run/errors.ts';
import type { Frame } from '../run/frame.ts';
import { printable } from '../run/json.ts';
import type { CallStep, Piece, StepObserver, Variables } from '../run/observer.ts';
import type { Value } from '../run/values.ts';
import { progressOf, stepTypeOf, type Progress, type StepType } from './step-type.ts';

type EntryState = 'STATE_IN_PROGRESS' | 'STATE_SUCCEEDED' | 'STATE_FAILED' | 'STATE_CANCELLED';

/** Times are milliseconds of cloud time; ids count from 1 in the order of beginning. */
export interface StepEntry {
  readonly id: number;
  readonly routine: string;
  readonly step: string;
  readonly type: StepType;
  readonly created: number;
  readonly parent: number | undefined;
  readonly previous: number | undefined;
  readonly progress: Progress | undefined;
  /** The parallel branch or iteration it belongs to; main line: undefined. */
  readonly thread: string | undefined;
  updated: number;
  state: EntryState;
  next: number | undefined;
  /** Made with the first child: most steps have none, and there may be 100,000 of them. */
  children: number[] | undefined;
  /** The last piece that began inside it, in sequence. */
  last: StepEntry | undefined;
  /** JSON text of the error. */
  exception: string | undefined;
  /** JSON text of a map: values may change in place once the step is over. */
  variables: string | undefined;
}

export interface HistoryOptions {
  /** EXECUTION_HISTORY_DETAILED: keep variables and expected iterations too. */
  readonly detailed: boolean;
  /** Names of the program's own routines: what tells a subworkflow's call from a library's. */
  readonly routines: ReadonlySet<string>;
  readonly now: () => number;
  readonly calls?: CallObserver;
}

/** Told of calls and of caught errors with the step they belong to. */
export interface CallObserver {
  call(step: string, call: CallStep): { returned(value: Value): void; raised(error: unknown): void };
  handled(step: string, routine: string, error: Value): void;
}

/** A piece that runs beside its siblings is neither before nor after one of them. */
const isThread = (piece: Piece): boolean =>
  piece.kind === 'branch' || (piece.kind === 'iteration' && piece.parallel);

export class History implements StepObserver {
  readonly call?: NonNullable<StepObserver['call']>;
  readonly #options: HistoryOptions;
  #entries: StepEntry[] = [];
  /** The last step of the main line. */
  #last: StepEntry | undefined;
  #ended = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
    const { calls } = options;
    if (calls !== undefined) {
      this.call = (call, frame) => calls.call(this.#around(frame)?.step ?? '', call);
    }
  }

  /** Oldest first. */
  get entries(): readonly StepEntry[] {
    return this.#entries;
  }

  begin(piece: Piece, frame: Frame): number {
    const around = this.#around(frame);
    const now = this.#options.now();
    const beside = isThread(piece);
    const previous = beside ? undefined : around === undefined ? this.#last : around.last;
    const entry: StepEntry = {
      id: this.#entries.length + 1,
      routine: frame.routine,
      step: nameOf(piece, around),
      type: stepTypeOf(piece, this.#options.routines),
      created: now,
      updated: now,
      parent: around?.id,
      previous: previous?.id,
      next: undefined,
      children: undefined,
      last: undefined,
      progress: progressOf(piece, this.#options.detailed),
      thread: beside ? threadOf(piece, around) : around?.thread,
      state: 'STATE_IN_PROGRESS',
      exception: undefined,
      variables: undefined,
    };
    this.#entries.push(entry);
    if (previous !== undefined) previous.next = entry.id;
    if (around === undefined) {
      this.#last = entry;
    } else {
      (around.children ??= []).push(entry.id);
      if (!beside) around.last = entry;
    }
    if (piece.kind === 'except') this.#options.calls?.handled(entry.step, frame.routine, piece.error);
    return entry.id;
  }

  end(id: number, variables: () => Variables, failure?: { readonly error: unknown }): void {
    const entry = this.#entries[id - 1];
    if (entry === undefined || this.#ended) return;
    entry.last = undefined;
    entry.updated = this.#options.now();
    if (this.#options.detailed) entry.variables = printable(variables());
    if (failure === undefined) {
      entry.state = 'STATE_SUCCEEDED';
    } else if (failure.error instanceof Stopped) {
      entry.state = 'STATE_CANCELLED';
    } else {
      entry.state = 'STATE_FAILED';
      if (failure.error instanceof Raised) entry.exception = printable(failure.error.value);
    }
  }

  /** The execution is over; what still ran then was cancelled with it. */
  close(): void {
    for (const entry of this.#entries) {
      if (entry.state !== 'STATE_IN_PROGRESS') continue;
      entry.state = 'STATE_CANCELLED';
      entry.updated = this.#options.now();
    }
    this.#ended = true;
    this.#last = undefined;
  }

  clear(): void {
    this.#entries = [];
  }

  #around({ entry }: Frame): StepEntry | undefined {
    return entry === undefined ? undefined : this.#entries[entry - 1];
  }
}

/** Parts of a step go by the step's name, branches by their own. */
function nameOf(piece: Piece, around: StepEntry | undefined): string {
  if (piece.kind === 'step') return piece.step.name;
  return piece.kind === 'branch' ? piece.name : (around?.step ?? '');
}

/** Assumed form: the entry of the parallel step, then the number of the branch in it. */
const threadOf = (piece: Piece, around: StepEntry | undefined): string =>
  `${around?.id ?? 0}-${'number' in piece ? piece.number : 0}`;
