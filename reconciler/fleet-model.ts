/** The words of what concerns the fleet as a whole, as types: what the breaker remembers, overrides, rollouts. */

/** Which share of the fleet a pass looked at. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/** What the next pass over the same share is measured by: the last pass that the breaker let go on. */
export interface Measure {
  /** Rows of the share. */
  readonly records: number;
  /** Share (0 to 1) that was there of what tenants at rest should have. */
  readonly seen: number;
  /** Share of such tenants with something missing (0 to 1), of the last such passes, oldest first. */
  readonly missing: readonly number[];
}

/** The counts of one pass that later passes are compared with. */
export interface Census {
  readonly shard: Share;
  /** False when people named the tenants: such a pass says nothing about the fleet. */
  readonly complete: boolean;
  readonly records: number;
  /** Tenants that could have drifted: applied in full once, at rest, and readable as a record. */
  readonly settled: number;
  /** Those of them with something missing that no exception expects. */
  readonly missing: number;
  /** Resources that tenants at rest should have, and those of them that were there. */
  readonly compared: number;
  readonly seen: number;
  readonly measure: Measure;
}

/** A person's order to let a number of launches past the open breaker. */
export interface OverrideInForce {
  readonly id: string;
  /** Email. */
  readonly actor: string;
  readonly reason: string;
  readonly launches: number;
  readonly used: number;
  /** RFC 3339. */
  readonly until: string;
  /** Takes the fleet's present size as the measure of later passes. */
  readonly acceptsSize: boolean;
  /** Why the pass does not honour it; null when it does. */
  readonly refused: string | null;
}

/** One tenant's way through a rollout. `waiting` is not written down: it is what a tenant without an entry does. */
export type StepState =
  | 'waiting'
  /** Its record is about to get the new value. */
  | 'starting'
  /** Its record has it; the pass applies it like any other change. */
  | 'edited'
  /** Applied in full and healthy since. */
  | 'done'
  /** Was done and fell ill; goes back as soon as there is room. */
  | 'failed'
  /** On its way back to what it had, because it failed. */
  | 'returning'
  | 'returned'
  /** Taken back before anything was launched, because the rollout halted or was aborted. */
  | 'withdrawing'
  /** Never got the value. */
  | 'untouched'
  /** Somebody else set the field since; what they set stands. */
  | 'overtaken';

export interface Step {
  readonly state: StepState;
  /** Counts how often the tenant was begun: a withdrawn one may come again. */
  readonly attempt: number;
  /** Generation of the record with the new value, or with the old one again; null before it is known. */
  readonly generation: number | null;
  /** For people: why it failed, or was left alone. */
  readonly note: string | null;
}

export type RolloutState = 'running' | 'paused' | 'halted' | 'aborting' | 'aborted' | 'done';

export interface RolloutEvent {
  /** RFC 3339. */
  readonly at: string;
  /** Email, or the pass. */
  readonly by: string;
  readonly what: 'halted' | 'paused' | 'resumed' | 'aborted' | 'skipped';
  readonly why: string;
}

/** A change of one field of many records, in waves. */
export interface Rollout {
  readonly name: string;
  /** The record's field, one of those that may be rolled out, e.g. `spec.workload.source.revision`. */
  readonly field: string;
  readonly value: string;
  /** Labels a tenant had to have; empty: all. */
  readonly selector: Readonly<Record<string, string>>;
  /** After each wave, before the next begins. */
  readonly soakMs: number;
  /** Most tenants on their way at any time. */
  readonly maxConcurrent: number;
  /** Email of who started it; also the author of its edits. */
  readonly author: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Names, in the order in which they come. */
  readonly waves: readonly (readonly string[])[];
  /** What stood in the field when the rollout was started, as it was written; a field that was left out is not here. */
  readonly before: Readonly<Record<string, string>>;
  readonly state: RolloutState;
  /** Index of the wave that is under way. */
  readonly wave: number;
  /** When the wave has soaked (RFC 3339); null while its tenants are not through. */
  readonly soakUntil: string | null;
  readonly steps: Readonly<Record<string, Step>>;
  /** What was ordered, and where it stopped by itself; oldest first. */
  readonly history: readonly RolloutEvent[];
  /** For people: why it stands still, or what it waits for; null when nothing is in its way. */
  readonly message: string | null;
}

/** A rollout as a report tells of it. */
export interface RolloutReport {
  readonly name: string;
  readonly field: string;
  readonly value: string;
  readonly author: string;
  readonly state: RolloutState;
  /** From 1. */
  readonly wave: number;
  readonly waves: number;
  readonly tenants: Readonly<Partial<Record<StepState, number>>>;
  readonly message: string | null;
}

/** Notifications that have not arrived yet. */
export interface OutboxReport {
  readonly count: number;
  /** When the oldest of them was to be told (RFC 3339). */
  readonly since: string;
  /** Why the last try with the oldest of them failed; null when none was made yet. */
  readonly lastError: string | null;
}

/** What stands beside the tenants in a report. */
export interface FleetReport {
  readonly census: Census;
  /** In force at the time of the pass. */
  readonly overrides: readonly OverrideInForce[];
  /** Thresholds of the breaker that somebody switched off, each with the reason. */
  readonly unguarded: readonly { readonly threshold: string; readonly reason: string }[];
  /** Not over yet. */
  readonly rollouts: readonly RolloutReport[];
  /** What passes before this one could not tell people; left out: nothing waits. */
  readonly outbox?: OutboxReport;
}

/** Of a report from before there was anything to say about the fleet. */
export const NO_FLEET: FleetReport = {
  census: {
    shard: { index: 0, count: 1 },
    complete: false,
    records: 0,
    settled: 0,
    missing: 0,
    compared: 0,
    seen: 0,
    measure: { records: 0, seen: 1, missing: [] },
  },
  overrides: [],
  unguarded: [],
  rollouts: [],
};
