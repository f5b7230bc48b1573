/** What passes between the proof and the process that runs the tests. */

/** The tests that judge a file's guards: test files, the one that sees most at least cost first. */
export interface Judges {
  readonly tests: readonly string[];
  /** Only the tests whose name this regular expression finds. */
  readonly named?: string;
}

export interface Order extends Judges {
  /** Files that were written since the last order. */
  readonly changed: readonly string[];
}

export interface Answer {
  /** The first test that failed; null when all passed. */
  readonly failed: string | null;
  readonly cpuSeconds: number;
}

/** Stands in for a test when the change keeps the tests from ending. */
export const FOR_EVER = 'ran for ever';
