/** `check FILE…`: everything that is wrong or doubtful in workflow definitions. */
import { examine } from './examine.ts';
import { EXIT } from './failure.ts';
import type { Finding } from './findings.ts';
import { findingsJson, findingsSarif } from './format/findings-json.ts';
import { findingsText } from './format/findings-text.ts';
import { readSource } from './input.ts';
import type { Streams } from './streams.ts';

export interface CheckOptions {
  readonly output: 'text' | 'json' | 'sarif';
  readonly warningsAsErrors: boolean;
}

export function check(files: readonly string[], options: CheckOptions, streams: Streams): number {
  // All are read first: a misspelled name is said at once, not after the findings of the others.
  const sources = files.map(readSource);
  const findings = sources
    .flatMap((source) => [...examine(source).findings])
    .map((finding): Finding => (options.warningsAsErrors ? { ...finding, level: 'error' } : finding));
  switch (options.output) {
    case 'text':
      streams.out(findingsText(findings, sources, streams.paint.stdout));
      break;
    case 'json':
      streams.out(`${findingsJson(findings)}\n`);
      break;
    case 'sarif':
      streams.out(`${findingsSarif(findings)}\n`);
  }
  return findings.some(({ level }) => level === 'error') ? EXIT.failed : EXIT.ok;
}
