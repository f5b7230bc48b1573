/** What came of test files, before anybody prints it. */
import type { Difference } from './compare.ts';

export interface TestResult {
  readonly name: string;
  /** On the wall. */
  readonly seconds: number;
  /** Empty when it passed. */
  readonly differences: readonly Difference[];
}

export interface FileResult {
  readonly file: string;
  readonly tests: readonly TestResult[];
}
