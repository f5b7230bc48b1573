/** The demo's one JSON document. */
import type { Finding, Verdict } from '../reconciler/model.ts';

export interface PassResult {
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
  readonly findings: readonly Finding[];
  readonly launched: number;
  readonly held: number;
}

export interface DemoResult {
  ok: boolean;
  /** The step that did not hold, and why; absent when all did. */
  failed?: { readonly step: string; readonly reason: string };
  store: string;
  tools: { node: string; terraform: string; kubectl: string };
  seconds: number;
  passes: PassResult[];
  rebuild: { owner: string; other: string };
  decommission: { status: string; left: string[] };
  report: { json: string; html: string };
}

/** A step of the story that did not hold. */
export class StoryBroken extends Error {
  readonly step: string;
  constructor(step: string, reason: string) {
    super(reason);
    this.name = 'StoryBroken';
    this.step = step;
  }
}
