/**
 * Asks the audit logs who made the differences nobody has asked about yet: one call per project, a bounded number of
 * them per pass. What a log does not say, or cannot be asked, is said on the finding; it never stops a pass.
 */
import pLimit from 'p-limit';
import { answer, isDeed, isOurs, keptOf, tooOld, withRun } from './attribute.ts';
import type { Judged } from './assemble.ts';
import { describe } from './error-text.ts';
import { writesIn } from './log-entries.ts';
import { ACTIVITY_RETENTION_DAYS, queriesOf, questionOf, type Question } from './log-question.ts';
import { findingKey, type Attribution, type Finding, type Platform } from './model.ts';
import { namesOf } from './names.ts';
import type { LogAnswer, Ports } from './ports.ts';
import { strayName } from './strays.ts';

/**
 * Well below the 60 reads a minute that a project may make of Cloud Logging (cloud.google.com/logging/quotas), so that
 * a fleet that drifts as a whole costs a pass neither its quota nor its time.
 */
export const MOST_CALLS = 40;

const CALLS_AT_ONCE = 4;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The inventory may have shown yesterday's state when a difference was last not seen: look a day further back. */
const MARGIN_MS = DAY_MS;

/** Entries arrive a little after the fact; until then silence is no answer. */
const ARRIVAL_MS = 10 * 60 * 1000;

/** Two clocks that differ by less are the same: an answer's date has whole seconds, and travels. */
const SAME_CLOCK_MS = 5000;

/** Enough runs to find the one that was under way when something was last written. */
const RUNS = 20;

type InquiryPorts = Pick<Ports, 'auditLog' | 'store' | 'clock'>;

/** Asks on behalf of one pass, whose tenants share its calls. */
export class Inquirer {
  readonly #ports: InquiryPorts;
  readonly #platform: Platform;
  readonly #budget = { left: MOST_CALLS };
  readonly #limit = pLimit(CALLS_AT_ONCE);

  constructor(ports: InquiryPorts, platform: Platform) {
    this.#ports = ports;
    this.#platform = platform;
  }

  /** The judged tenant with its findings attributed; everything else about it is as it was. */
  async about(judged: Judged): Promise<Judged> {
    if (!isAsked(judged)) return judged;
    return this.#limit(() => new Inquiry(this.#ports, this.#platform, judged, this.#budget).run());
  }
}

/** Before the first full apply nothing was done behind anybody's back, and while a run changes things it is that run. */
const isAsked = ({ case: item, findings }: Judged): boolean =>
  item.tenant !== null &&
  item.active === undefined &&
  item.ledger?.appliedGeneration != null &&
  findings.some((finding) => isNew(item, finding));

const isNew = ({ known }: Judged['case'], finding: Finding): boolean =>
  isDeed(finding) && keptOf(known.get(findingKey(finding))) === null;

/** The questions about one tenant. */
class Inquiry {
  readonly #ports: InquiryPorts;
  readonly #item: Judged;
  readonly #budget: { left: number };
  readonly #project: string;
  readonly #ours: ReadonlySet<string>;
  readonly #answers = new Map<string, Attribution>();

  constructor(ports: InquiryPorts, platform: Platform, item: Judged, budget: { left: number }) {
    const { tenant } = item.case;
    if (tenant === null) throw new Error('a record that cannot be used says of no project whose log to read');
    this.#ports = ports;
    this.#item = item;
    this.#budget = budget;
    this.#project = tenant.spec.project;
    const { infraIdentity, deployIdentity } = namesOf(tenant);
    this.#ours = new Set([
      ...[infraIdentity, deployIdentity],
      ...[platform.terraformIdentity, platform.workflowIdentity],
    ]);
  }

  async run(): Promise<Judged> {
    const now = this.#ports.clock.now();
    const questions = this.#questions(now);
    const since = sinceOf(questions, now);
    for (const query of queriesOf(this.#project, questions, since)) {
      await this.#ask(query.filter, query.questions, since);
    }
    const findings = this.#item.findings.map((finding) => {
      const attribution = this.#answers.get(findingKey(finding));
      return attribution === undefined ? finding : { ...finding, attribution };
    });
    return { ...this.#item, findings };
  }

  #questions(now: Date): Question[] {
    const { case: item, findings } = this.#item;
    const wants = new Map([...(item.applied?.wants ?? []), ...item.wants].map((want) => [want.id, want]));
    return findings
      .filter((finding) => isNew(item, finding))
      .flatMap((finding) => {
        const old = tooOld(finding, now);
        if (old !== null) this.#answers.set(findingKey(finding), old);
        const name = wants.get(finding.resource)?.name ?? strayName(this.#project, finding);
        return old !== null || name === null ? [] : [questionOf(finding, { name, kind: finding.kind })];
      });
  }

  async #ask(filter: string, questions: readonly Question[], since: Date): Promise<void> {
    if (this.#budget.left <= 0) {
      const spent = `the ${MOST_CALLS} reads of audit logs a pass may make were spent; the next pass asks`;
      return this.#later(questions, spent);
    }
    this.#budget.left -= 1;
    let log: LogAnswer;
    try {
      log = await this.#ports.auditLog.read(this.#project, filter);
    } catch (error) {
      return this.#later(
        questions,
        `the audit log of ${this.#project} could not be read: ${describe(error)}`,
      );
    }
    const now = this.#ports.clock.now();
    const skewMs = skewOf(log.at, now);
    const evidence = { writes: writesIn(log.entries), more: log.more, ours: this.#ours };
    for (const question of questions) {
      const { finding } = question;
      const before = new Date(Date.parse(finding.at) + skewMs).toISOString();
      const said = answer(question, { ...evidence, before, since: since.toISOString() });
      const young = now.getTime() - Date.parse(finding.since) < ARRIVAL_MS;
      this.#answers.set(
        findingKey(finding),
        said.found ? await this.#tied(said, skewMs) : young ? { ...said, again: true } : said,
      );
    }
  }

  /** What the log does not say today, another pass may hear; what a field's manager has said stands. */
  async #later(questions: readonly Question[], reason: string): Promise<void> {
    for (const { finding } of questions) {
      const { attribution } = finding;
      const said = attribution?.found
        ? await this.#tied(attribution, 0)
        : ({ found: false, reason, again: true } as const);
      this.#answers.set(findingKey(finding), said);
    }
  }

  /** A write by one of our accounts belongs to the run that was under way. */
  async #tied(said: Attribution & { found: true }, skewMs: number): Promise<Attribution> {
    if (!isOurs(said, this.#ours)) return said;
    const runs = await this.#ports.store.listExecutions(this.#item.case.stored.name, RUNS);
    return withRun(said, runs, skewMs);
  }
}

/** From when on a log is asked: a day before the oldest time at which one of the differences was not there yet. */
function sinceOf(questions: readonly Question[], now: Date): Date {
  const oldest = now.getTime() - ACTIVITY_RETENTION_DAYS * DAY_MS;
  const clean = questions.map(({ finding }) =>
    finding.lastClean === null ? oldest : Date.parse(finding.lastClean) - MARGIN_MS,
  );
  return new Date(Math.max(oldest, Math.min(...clean, now.getTime())));
}

/** What the log's clock is ahead of ours, in milliseconds. */
function skewOf(logTime: string, now: Date): number {
  const skew = Date.parse(logTime) - now.getTime();
  return Math.abs(skew) < SAME_CLOCK_MS ? 0 : skew;
}
