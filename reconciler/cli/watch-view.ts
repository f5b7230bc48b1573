/** What `plumb watch` shows at one moment: the newest pass, the runs under way, and those that ended lately. */
import pLimit from 'p-limit';
import type { ExecutionEntry, LedgerEntry } from '../../desired-state/store.ts';
import type { HistoryPorts } from '../clouds/connect.ts';
import type { RunBuild } from '../clouds/run-history.ts';
import { describe } from '../error-text.ts';
import type { Platform } from '../model.ts';
import type { PassMark } from '../ports.ts';
import { isOpen, isTelling, isUnended, placesOf } from './run-log.ts';
import { consoleLink } from './run-log-text.ts';

/** How far a pass has come. */
export interface PassView {
  readonly mark: PassMark;
  /** Tenants it has got to, as far as its mark tells, and how many there are; null once it has ended. */
  readonly done: { readonly looked: number; readonly all: number } | null;
}

export interface RunView {
  readonly entry: ExecutionEntry;
  /** Of the tenant. */
  readonly status: LedgerEntry['status'];
  /** The step of the workflow it is at; null when that is not known. */
  readonly step: string | null;
  /** The build it waits for, with its step: `terraform: terraform apply WORKING`. */
  readonly build: string | null;
  readonly link: string | null;
  /** Why it is not known what it does; null when it is. */
  readonly problem: string | null;
}

export interface WatchView {
  /** Null: none has left its mark. */
  readonly pass: PassView | null;
  /** Oldest first. */
  readonly active: readonly RunView[];
  /** Newest first. */
  readonly ended: readonly ExecutionEntry[];
  /** What could not be read; the rest is as it was seen last. */
  readonly problems: readonly string[];
}

export interface WatchFor {
  readonly platform: Pick<Platform, 'project' | 'region'>;
  /** A local cloud has no console to link to. */
  readonly local: boolean;
  /** Null: everybody. */
  readonly only: ReadonlySet<string> | null;
}

/** Of more runs than these only the row in the store is shown: each one costs four calls. */
const MOST_DETAILED = 20;
const AT_ONCE = 4;
/** Named tenants whose last runs are asked for at the start. */
const MOST_NAMED = 20;
const MOST_ENDED = 10;

/** Looks again and again, and remembers whom it has seen under way, so that it can tell how they ended. */
export class Watcher {
  readonly #ports: HistoryPorts;
  readonly #of: WatchFor;
  readonly #ended = new Map<string, ExecutionEntry>();
  #open: readonly ExecutionEntry[] = [];
  #pass: PassView | null = null;
  #begun = false;

  constructor(ports: HistoryPorts, of: WatchFor) {
    this.#ports = ports;
    this.#of = of;
  }

  /** Throws what the store throws; a cloud that cannot be read is a problem of the view. */
  async look(): Promise<WatchView> {
    const problems: string[] = [];
    const { store } = this.#ports;
    const open = (await store.listActive()).filter(({ name }) => this.#concerns(name));
    if (!this.#begun) await this.#remember(await this.#lately());
    this.#begun = true;
    const still = new Set(open.map(({ intent }) => intent));
    await this.#remember(this.#open.filter(({ intent }) => !still.has(intent)).map(({ name }) => name));
    this.#open = open;
    await this.#lookAtPass(problems);
    return { pass: this.#pass, active: await this.#runs(open), ended: this.#newest(), problems };
  }

  #concerns(name: string): boolean {
    return this.#of.only?.has(name) ?? true;
  }

  /** Whose last run may have ended a moment ago: who is named, and whom the last pass launched something for. */
  async #lately(): Promise<string[]> {
    const { only } = this.#of;
    if (only !== null && only.size <= MOST_NAMED) return [...only];
    const report = await this.#ports.store.latestRun();
    const launched = report?.tenants.filter(({ actions }) => actions.length > 0) ?? [];
    return launched.map(({ name }) => name).filter((name) => this.#concerns(name));
  }

  async #remember(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const [last] = await this.#ports.store.listExecutions(name, 1);
      if (last !== undefined && !isOpen(last)) this.#ended.set(last.intent, last);
    }
  }

  #newest(): ExecutionEntry[] {
    return [...this.#ended.values()]
      .sort((one, other) => Date.parse(other.updatedAt) - Date.parse(one.updatedAt))
      .slice(0, MOST_ENDED);
  }

  async #lookAtPass(problems: string[]): Promise<void> {
    try {
      const mark = await this.#ports.passes.latest();
      this.#pass = mark === undefined ? null : { mark, done: await this.#progress(mark) };
    } catch (error) {
      problems.push(`the pass: ${describe(error)}`);
    }
  }

  /** A pass goes from those who were looked at least lately to the others, and marks how far it has come. */
  async #progress({ finishedAt, begunAt, done }: PassMark): Promise<PassView['done']> {
    if (finishedAt !== null) return null;
    let [looked, all] = [0, 0];
    for await (const page of this.#ports.store.surveyTenants()) {
      for (const { name, look } of page) {
        all += 1;
        const at = look?.lookedAt ?? '';
        const before = done !== null && (at < done.lookedAt || (at === done.lookedAt && name <= done.name));
        if (before || at >= begunAt) looked += 1;
      }
    }
    return { looked, all };
  }

  async #runs(open: readonly ExecutionEntry[]): Promise<RunView[]> {
    const limit = pLimit(AT_ONCE);
    const sorted = open.toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
    const ledger = await this.#ports.store.ledgerOf(sorted.map(({ name }) => name));
    return Promise.all(
      sorted.map((entry, place) =>
        limit(async (): Promise<RunView> => {
          const bare: RunView = {
            entry,
            status: ledger.get(entry.name)?.status ?? null,
            ...UNKNOWN,
          };
          if (place >= MOST_DETAILED) return bare;
          return { ...bare, ...(await this.#detail(entry)) };
        }),
      ),
    );
  }

  async #detail(entry: ExecutionEntry): Promise<Pick<RunView, 'step' | 'build' | 'link' | 'problem'>> {
    const { history, store } = this.#ports;
    const { platform, local } = this.#of;
    const { execution, intent, name, generation } = entry;
    if (execution === null) return UNKNOWN;
    try {
      const places = placesOf(platform, await store.recordAt(name, generation));
      const [steps, ...builds] = await Promise.all([
        history.steps(execution),
        ...places.map((place) => history.builds(place, intent)),
      ]);
      const step = steps.findLast((each) => each.state === 'IN_PROGRESS' && isTelling(each));
      const build = builds.flat().findLast(isUnended);
      const page = local ? null : consoleLink(execution, platform.project);
      return {
        step: step?.step ?? null,
        build: build === undefined ? null : buildText(build),
        link: build?.logUrl ?? page,
        problem: null,
      };
    } catch (error) {
      return { ...UNKNOWN, problem: describe(error) };
    }
  }
}

const UNKNOWN = { step: null, build: null, link: null, problem: null } as const;

function buildText({ part, status, steps }: RunBuild): string {
  const step = steps.find(isUnended) ?? steps.at(-1);
  return step === undefined || status !== 'WORKING' ? `${part} ${status}` : `${part}: ${step.name} ${status}`;
}
