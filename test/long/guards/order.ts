/** What passes between the proof and the process that runs the tests. */

/** Which files were written since the last order, and which test files to run, in this order. */
export interface Order {
  readonly changed: readonly string[];
  readonly tests: readonly string[];
}

/** The first test that failed; null when all passed. */
export interface Answer {
  readonly failed: string | null;
}

/** Stands in for a test when the change keeps the tests from ending. */
export const FOR_EVER = 'ran for ever';
