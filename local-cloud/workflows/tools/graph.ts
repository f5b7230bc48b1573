/** `graph FILE`: a workflow as a Mermaid flowchart. */
import { examine } from './examine.ts';
import { EXIT } from './failure.ts';
import { Lines } from './findings.ts';
import { findingsText } from './format/findings-text.ts';
import { readSource } from './input.ts';
import { mermaid } from './mermaid.ts';
import type { Streams } from './streams.ts';

export interface GraphOptions {
  readonly direction: 'TD' | 'LR';
}

export function graph(file: string, { direction }: GraphOptions, streams: Streams): number {
  const source = readSource(file);
  const { program, findings } = examine(source);
  if (program === undefined) {
    const errors = findings.filter(({ level }) => level === 'error');
    streams.err(findingsText(errors, [source], streams.paint.stderr));
    return EXIT.failed;
  }
  streams.out(mermaid(program, new Lines(source.text), direction));
  return EXIT.ok;
}
