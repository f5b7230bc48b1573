/**
 * Pass after pass over one tenant, with a store that remembers and runs that put right what they were launched for.
 * What is looked at is a value the test disturbs; all that is decided and kept is the real thing.
 */
import { openStore } from '../../desired-state/open.ts';
import type { LedgerEntry, RunRecord, Store } from '../../desired-state/store.ts';
import { assemble, notesOf, Roll, rowOf } from '../../reconciler/assemble.ts';
import { NO_FLEET } from '../../reconciler/fleet-model.ts';
import { WHOLE } from '../../reconciler/policy/orders.ts';
import { judge } from '../../reconciler/judge.ts';
import type { Case } from '../../reconciler/load.ts';
import { LOOKS_KEPT, memoriesOf } from '../../reconciler/memories.ts';
import type { Attribution, Json, TenantReport, Want } from '../../reconciler/model.ts';
import { changesOf, lookedOf } from '../../reconciler/run-record.ts';
import { asWanted, withField, type World } from './have.ts';
import { tenant } from './records.ts';
import { wantsOf } from './worlds.ts';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

const NAME = 'acme';

interface PassResult {
  readonly report: TenantReport;
  /** What the pass left in the store. */
  readonly record: RunRecord;
  /** The execution it launched; null: none. */
  readonly launched: string | null;
}

interface PassOptions {
  /** Who wrote what is found, as the logs say. */
  readonly attribution?: Attribution;
  /** A person lets this pass correct what is contested. */
  readonly approved?: boolean;
}

export class Passes {
  readonly wants: readonly Want[];
  have: World;
  #now = Date.parse('2026-03-01T00:00:00.000Z');
  #runs = 0;
  readonly #store: Store;

  private constructor(store: Store) {
    this.#store = store;
    this.wants = wantsOf(tenant(NAME));
    this.have = asWanted(this.wants);
  }

  static async open(): Promise<Passes> {
    const store = await openStore({ kind: 'embedded', file: ':memory:' });
    await store.migrate();
    await store.applyTenant({
      name: NAME,
      record: tenant(NAME) as unknown as Json,
      author: 'a@example.com',
      reason: 'a test',
    });
    return new Passes(store);
  }

  get now(): string {
    return new Date(this.#now).toISOString();
  }

  wait(ms: number): void {
    this.#now += ms;
  }

  rewrite(resource: string, field: string, value: Json): void {
    this.have = withField(this.have, resource, field, value);
  }

  /** One pass, ten minutes after the one before. */
  async pass({ attribution, approved = false }: PassOptions = {}): Promise<PassResult> {
    this.wait(10 * MINUTE);
    const item = await this.#case();
    const judged = judge(item, this.have, this.now, { rules: [], share: WHOLE });
    const findings = judged.findings.map((finding) => ({ ...finding, attribution: attribution ?? null }));
    const actions = approved ? [this.#approvedAction(judged.findings)] : judged.plan.actions;
    const [action] = actions.filter(({ flow }) => flow !== 'health-check');
    const execution = action === undefined ? null : await this.#launch(action.flow, action.because);
    const executions = new Map(action && execution !== null ? [[action, execution]] : []);
    const row = rowOf({ ...judged, findings, plan: { ...judged.plan, actions }, executions });
    const roll = new Roll(1);
    roll.add(row, notesOf(judged));
    const report = assemble(
      roll,
      { runId: `run-${String(++this.#runs)}`, dryRun: false },
      { startedAt: this.now, finishedAt: this.now, calls: {} },
      { breaker: null, fleet: NO_FLEET },
    );
    const record = { report, ...changesOf([row], [item], this.now), looked: lookedOf(report, null) };
    await this.#store.saveRun(record);
    return { report: report.tenants[0]!, record, launched: execution };
  }

  /** The run that was launched ends, having put everything right, or having failed where `state` says so. */
  async end(state: 'SUCCEEDED' | 'FAILED' | 'SUPERSEDED' = 'SUCCEEDED'): Promise<void> {
    this.wait(MINUTE);
    const [active] = await this.#store.listActive(NAME);
    if (active === undefined) throw new Error('nothing runs');
    const error = state === 'SUCCEEDED' ? null : 'it did not end well';
    await this.#store.closeExecution(NAME, active.intent, { state, error, now: this.now });
    if (state === 'SUCCEEDED') this.have = asWanted(this.wants);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #case(): Promise<Case> {
    const stored = (await this.#store.getTenant(NAME))!;
    const [active] = await this.#store.listActive(NAME);
    const memoryOf = await memoriesOf(this.#store, [NAME], await this.#store.lastLooks(LOOKS_KEPT));
    const ledger = { status: 'DEPLOYED', appliedGeneration: stored.generation, health: null };
    return {
      stored,
      tenant: tenant(NAME),
      problem: null,
      ledger: ledger as unknown as LedgerEntry,
      active,
      failures: 0,
      directives: [],
      leaving: false,
      wants: this.wants,
      applied: { tenant: tenant(NAME), wants: this.wants },
      ...memoryOf(NAME),
    };
  }

  #approvedAction(findings: TenantReport['findings']): TenantReport['actions'][number] {
    const because = findings.map((f) => `${f.class}:${f.resource}:${f.field ?? ''}`);
    return { tenant: NAME, flow: 'redeploy', because, summary: 'as approved', execution: null };
  }

  async #launch(flow: string, because: readonly string[]): Promise<string> {
    const opened = await this.#store.openIntent({
      name: NAME,
      generation: 1,
      flow: flow as 'redeploy',
      workflow: 'shape',
      because: [...because],
      requester: 'plumbline',
      deadline: new Date(this.#now + DAY).toISOString(),
      now: this.now,
    });
    const { intent } = opened.outcome === 'outdated' ? { intent: '' } : opened.execution;
    const execution = `executions/${intent}`;
    await this.#store.recordLaunch(NAME, intent, { execution, revision: '1', now: this.now });
    return execution;
  }
}
