/**
 * A run as it is told: its head, its steps, its builds with what they wrote, and what went wrong last. Each is told once,
 * so that a run under way is told on from where it was.
 */
import { stripVTControlCharacters } from 'node:util';
import type { ExecutionEntry } from '../../desired-state/store.ts';
import type { HistoryPorts } from '../clouds/connect.ts';
import type { LogLine, RunBuild, RunStep } from '../clouds/run-history.ts';
import { describe } from '../error-text.ts';
import { textAt } from '../json.ts';
import type { Json, Platform } from '../model.ts';
import { maskedLine } from '../report/sensitive.ts';

/** One thing to tell; with `-o json` each is a line. */
export type RunEvent =
  | { readonly type: 'execution'; readonly entry: ExecutionEntry }
  | { readonly type: 'step'; readonly step: RunStep }
  | { readonly type: 'build'; readonly build: RunBuild }
  | { readonly type: 'log'; readonly build: RunBuild; readonly line: LogLine }
  | { readonly type: 'build-end'; readonly build: RunBuild }
  /** Something that should be told and could not be read. */
  | { readonly type: 'unreadable'; readonly what: string; readonly reason: string }
  | { readonly type: 'end'; readonly entry: ExecutionEntry; readonly failed: readonly RunBuild[] };

type Place = Parameters<HistoryPorts['history']['builds']>[0];

const OPEN: ReadonlySet<ExecutionEntry['state']> = new Set(['INTENT', 'LAUNCHED', 'RUNNING']);
export const isOpen = ({ state }: ExecutionEntry): boolean => OPEN.has(state);

const UNENDED: ReadonlySet<string> = new Set(['PENDING', 'QUEUED', 'WORKING', 'STATUS_UNKNOWN']);
export const isUnended = ({ status }: Pick<RunBuild, 'status'>): boolean => UNENDED.has(status);

/** Steps in which something happens outside: the others only move values. */
const TELLING = /_CALL$|^STEP_RAISE$/;

export const isTelling = ({ type, state }: RunStep): boolean => TELLING.test(type) || state === 'FAILED';

/** Where the builds of a tenant's runs are: Terraform's in the platform's project, the others in its own. */
export function placesOf(platform: Pick<Platform, 'project' | 'region'>, record: Json | undefined): Place[] {
  const project = textAt(record, 'spec', 'project');
  const region = textAt(record, 'spec', 'region');
  const own = project === null || region === null ? [] : [{ project, region }];
  return [{ project: platform.project, region: platform.region }, ...own];
}

/** Between two looks at a run under way: the log may be read 60 times a minute, by everybody together. */
const EVERY_MS = 5_000;

export interface RunFor {
  readonly platform: Pick<Platform, 'project' | 'region'>;
  /** Go on until it has ended. */
  readonly follow: boolean;
}

/** A run from its beginning, and on to its end where it is followed. Throws only what the store throws. */
export async function* runEvents(
  ports: Pick<HistoryPorts, 'store' | 'history' | 'clock'>,
  run: ExecutionEntry,
  { platform, follow }: RunFor,
): AsyncGenerator<RunEvent> {
  const record = await ports.store.recordAt(run.name, run.generation);
  const teller = new RunTeller(ports, placesOf(platform, record));
  let entry = run;
  for (;;) {
    yield* teller.news(entry);
    if (!follow || !isOpen(entry)) return;
    await ports.clock.sleep(EVERY_MS);
    // Asked before the store: an end that was recorded in between is not taken for one that was not.
    const lost = await lostWord(ports, entry);
    entry = await current(ports, entry);
    if (lost === null || !isOpen(entry)) continue;
    yield { type: 'unreadable', what: 'its end', reason: `${lost}; the next pass settles that` };
    return;
  }
}

/** How an execution ended without a word of it in the store; null while it is active, and where that cannot be read. */
async function lostWord(
  { history }: Pick<HistoryPorts, 'history'>,
  { execution }: ExecutionEntry,
): Promise<string | null> {
  if (execution === null) return null;
  try {
    const standing = await history.standing(execution);
    if (standing === undefined) return 'the service does not know its execution any more';
    if (['ACTIVE', 'QUEUED'].includes(standing.state)) return null;
    return `its execution ended as ${standing.state} and recorded nothing`;
  } catch {
    // Nothing hangs on it: the store is asked again either way.
    return null;
  }
}

async function current({ store }: Pick<HistoryPorts, 'store'>, run: ExecutionEntry): Promise<ExecutionEntry> {
  const runs = await store.listExecutions(run.name);
  return runs.find(({ intent }) => intent === run.intent) ?? run;
}

/** Tells one run, as often as it is asked to, without repeating itself. */
class RunTeller {
  readonly #ports: Pick<HistoryPorts, 'history'>;
  readonly #places: readonly Place[];
  readonly #told = new Set<string>();
  /** By build: from when on its lines are read again. */
  readonly #from = new Map<string, string>();
  #failed: RunBuild[] = [];

  constructor(ports: Pick<HistoryPorts, 'history'>, places: readonly Place[]) {
    this.#ports = ports;
    this.#places = places;
  }

  /** What is new of it. `entry` is as the store has it now. */
  async *news(entry: ExecutionEntry): AsyncGenerator<RunEvent> {
    if (this.#first('head')) yield { type: 'execution', entry };
    if (entry.execution !== null) yield* this.#steps(entry.execution, isOpen(entry));
    for (const place of this.#places) yield* this.#builds(place, entry);
    if (!isOpen(entry) && this.#first('end')) yield { type: 'end', entry, failed: this.#failed };
  }

  #first(key: string): boolean {
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }

  async *#steps(execution: string, open: boolean): AsyncGenerator<RunEvent> {
    try {
      for (const step of await this.#ports.history.steps(execution)) {
        if (!isTelling(step) || (open && step.state === 'IN_PROGRESS')) continue;
        if (this.#first(`step ${step.id}`))
          yield { type: 'step', step: { ...step, error: masked(step.error) } };
      }
    } catch (error) {
      yield* this.#unreadable('its steps', error);
    }
  }

  async *#builds(place: Place, { intent }: ExecutionEntry): AsyncGenerator<RunEvent> {
    try {
      for (const build of await this.#ports.history.builds(place, intent)) {
        if (this.#first(`build ${build.id}`)) yield { type: 'build', build };
        if (this.#told.has(`end ${build.id}`)) continue;
        yield* this.#lines(build);
        if (isUnended(build) || !this.#first(`end ${build.id}`)) continue;
        const ended = { ...build, detail: masked(build.detail) };
        if (build.status !== 'SUCCESS') this.#failed.push(ended);
        yield { type: 'build-end', build: ended };
      }
    } catch (error) {
      yield* this.#unreadable(`its builds in ${place.project}`, error);
    }
  }

  /** Entries of one moment may arrive one after the other, so the last moment is read again. */
  async *#lines(build: RunBuild): AsyncGenerator<RunEvent> {
    try {
      for (const line of await this.#ports.history.lines(build, this.#from.get(build.id) ?? null)) {
        if (!this.#first(`line ${build.id} ${line.id}`)) continue;
        this.#from.set(build.id, line.at);
        yield { type: 'log', build, line: { ...line, text: plain(line.text) } };
      }
    } catch (error) {
      yield* this.#unreadable(`the log of build ${build.id}`, error);
    }
  }

  *#unreadable(what: string, error: unknown): Generator<RunEvent> {
    const reason = describe(error);
    if (this.#first(`unreadable ${what} ${reason}`)) yield { type: 'unreadable', what, reason };
  }
}

/** Without colours and tabs, which have no place behind a prefix, and without secrets. */
const plain = (text: string): string =>
  maskedLine(stripVTControlCharacters(text).replaceAll('\t', '  ').trimEnd());

const masked = (text: string | null): string | null => (text === null ? null : maskedLine(text));
