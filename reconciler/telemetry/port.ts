/** What a pass needs of telemetry, as types. */
import type { RunReport } from '../model.ts';

/** Runs a part of the pass, and lets it be seen how long that took and whether it failed. */
export type Stage = <T>(name: StageName, work: () => Promise<T>) => Promise<T>;

type StageName = 'settle' | 'survey' | 'sweep' | 'look' | 'guard' | 'launch' | 'remember';

/** Nobody looks on. */
export const UNSEEN: Stage = (_name, work) => work();

export interface Telemetry {
  readonly stage: Stage;
  /** Where the pass is among the spans of its trace. */
  place(): { readonly traceId: string; readonly spanId: string };
  /** Ends the trace and hands everything over, within a bound. Never throws. */
  end(outcome: { readonly report: RunReport } | { readonly error: unknown }): Promise<void>;
}
