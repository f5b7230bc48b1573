/**
 * A fleet in the real embedded store, with the workflows service written out as the few promises it gives and the
 * workflow's own writes made as it makes them: by key, into ledger and executions. For laws over many tenants.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTables } from '../../desired-state/embedded/store.ts';
import { tableModel } from '../../desired-state/migrations.ts';
import { openStore } from '../../desired-state/open.ts';
import type { ExecutionEntry, Store } from '../../desired-state/store.ts';
import { COMMIT_TIMESTAMP, type Wire } from '../../desired-state/tables/engine.ts';
import type { WrittenTenant } from '../../desired-state/tenant.ts';
import { notesOf, Roll, rowOf } from '../../reconciler/assemble.ts';
import type { Guard } from '../../reconciler/guard.ts';
import { isObservable, judge } from '../../reconciler/judge.ts';
import { launchAll } from '../../reconciler/launch-all.ts';
import { everyCase, type Case } from '../../reconciler/load.ts';
import { WHOLE } from '../../reconciler/policy/orders.ts';
import { survey } from '../../reconciler/survey.ts';
import type { HealthResult, Json, RunReport, TenantReport } from '../../reconciler/model.ts';
import type { Execution, Ports, Workflows } from '../../reconciler/ports.ts';
import { asWanted, type World as Seen } from './have.ts';
import { PLATFORM } from '../workflow-defs/platform.ts';
import { tenant } from './records.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

type Judged = ReturnType<typeof judge>;

interface LaunchHow {
  /** Rows as the breaker let them through; left out, as they were judged. */
  readonly rows?: TenantReport[];
  readonly permit?: Guard['permit'];
  /** Left out: the fleet's own. */
  readonly ports?: Ports;
}

export interface Fleet {
  readonly file: string;
  readonly store: Store;
  readonly ports: Ports;
  /** Executions the service was asked for, in order. */
  readonly executions: readonly Execution[];
  /** Stores a record; its environment is not made by that. */
  apply(name: string, change?: (written: WrittenTenant) => void): Promise<void>;
  /** What a workflow leaves behind that applied this generation and found the endpoint well. */
  deployed(name: string, generation?: number): void;
  /** The end of an execution, as its workflow records it; `healthy` is what a look finds. */
  ends(entry: ExecutionEntry, how: 'well' | 'failed', healthy?: boolean): void;
  /** The endpoint's answer to a look. */
  health(name: string, healthy: boolean): void;
  /** Puts an earlier answer back, as if nobody had asked since. */
  healthWas(name: string, answer: HealthResult): void;
  /** Moves the clock of the passes; rows carry the store's own time. */
  advance(ms: number): void;
  /** Every tenant as a pass judges it, with everything as wanted but what `disturb` changes. */
  judged(disturb?: (seen: Seen, name: string) => Seen): Promise<Judged[]>;
  /** Launches what these call for, as a pass does after it has judged everybody; what each came to is in the roll. */
  launch(judged: readonly Judged[], how?: LaunchHow): Promise<Roll>;
  /** Keeps what a pass with this report would keep. */
  save(report: RunReport): Promise<void>;
  /** Lets go of the file, for copies of it; `remove` takes it away. */
  leave(): Promise<void>;
  remove(): void;
  close(): Promise<void>;
}

/** Where a file system in memory stands: a law makes thousands of commits, and each waits for its disk. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** `copyOf`: begins as that fleet ended, which must be closed: a file is copied faster than 200 records are stored. */
export async function newFleet(copyOf?: Fleet): Promise<Fleet> {
  const folder = mkdtempSync(join(MEMORY, 'plumb-fleet-'));
  const file = join(folder, 'plumbline.db');
  if (copyOf !== undefined) copyFileSync(copyOf.file, file);
  const store = await openStore({ kind: 'embedded', file });
  await store.migrate();
  const tables = openTables(file, tableModel());
  const executions: Execution[] = [];
  let offset = 0;
  const now = (): Date => new Date(Date.now() + offset);
  const write = (kind: 'update' | 'insertOrUpdate', table: string, row: Record<string, Wire>) => {
    tables.commit([{ kind, table, columns: Object.keys(row), values: [Object.values(row)] }]);
  };
  const answer = (healthy: boolean): string =>
    JSON.stringify({
      healthy,
      code: healthy ? 200 : 500,
      url: 'http://10.10.0.5/health',
      reason: healthy ? 'answered 200' : 'answered 500',
      checkedAt: now().toISOString(),
    });
  const deployed = (name: string, generation = 1) => {
    write('insertOrUpdate', 'Ledger', {
      name,
      status: 'DEPLOYED',
      fence: null,
      service_endpoint: 'http://10.10.0.5',
      image_digest: DIGEST,
      applied_generation: String(generation),
      health: answer(true),
      last_error: null,
      updated_at: COMMIT_TIMESTAMP,
    });
  };
  const ports: Ports = {
    clock: { now, sleep: () => Promise.resolve() },
    store,
    workflows: workflowsOf(executions),
    inventory: { sweep: unseen },
    reads: { get: unseen },
    clusters: { at: unseen },
    calls: () => ({}),
    courier: { send: unseen },
    archive: { write: unseen },
    passes: { read: async () => undefined, write: async () => undefined, latest: async () => undefined },
    auditLog: { read: () => Promise.resolve({ entries: [], more: false, at: now().toISOString() }) },
  };
  const leave = async () => {
    await store.close();
    tables.close();
  };
  return {
    file,
    store,
    ports,
    executions,
    apply: async (name, change) => {
      const record = tenant(name, change) as unknown as Json;
      await store.applyTenant({ name, record, author: 'somebody@example.com', reason: 'a law' });
    },
    deployed,
    ends: ({ name, intent, generation, flow }, how, healthy = true) => {
      write('update', 'Executions', {
        name,
        intent,
        state: how === 'well' ? 'SUCCEEDED' : 'FAILED',
        error: how === 'well' ? null : 'the rollout did not end',
        updated_at: COMMIT_TIMESTAMP,
      });
      if (how === 'failed') {
        const last_error = 'the rollout did not end';
        write('update', 'Ledger', { name, status: 'FAILED', fence: null, last_error });
      } else if (flow === 'health-check')
        write('update', 'Ledger', { name, fence: null, health: answer(healthy) });
      else deployed(name, generation);
    },
    health: (name, healthy) => write('update', 'Ledger', { name, health: answer(healthy) }),
    healthWas: (name, was) => write('update', 'Ledger', { name, health: JSON.stringify(was) }),
    advance: (ms) => {
      offset += ms;
    },
    judged: async (disturb = (seen) => seen) => {
      const cases = await allCases(store);
      const at = now().toISOString();
      return cases.map((item) =>
        judge(item, isObservable(item) ? disturb(asWanted(item.wants), item.stored.name) : undefined, at, {
          rules: [],
          share: WHOLE,
        }),
      );
    },
    launch: (judged, how = {}) => launchJudged(how.ports ?? ports, judged, how),
    save: (report) => store.saveRun({ report, opened: [], resolved: [] }),
    leave,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    close: async () => {
      await leave();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everybody, as a pass first reads them. */
export const surveyed = (store: Store) => survey(store, { basis: '', now: new Date().toISOString() });

/** Everybody's case, in name order, as passes load them. */
export async function allCases(store: Store): Promise<Case[]> {
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const cases: Case[] = [];
  for await (const item of everyCase({ store, clock }, {})) cases.push(item);
  return cases.sort((one, other) => (one.stored.name < other.stored.name ? -1 : 1));
}

async function launchJudged(ports: Ports, judged: readonly Judged[], how: LaunchHow): Promise<Roll> {
  const roll = new Roll(judged.length);
  for (const item of judged) roll.add(rowOf(item), notesOf(item));
  if (how.rows !== undefined) roll.rows = how.rows;
  await launchAll({
    ports,
    platform: PLATFORM,
    fleet: await surveyed(ports.store),
    roll,
    looked: { changes: new Map(), saved: new Map(), unchanged: [], stale: 0, news: false },
    by: { rules: [], share: WHOLE },
    named: new Set(),
    permit: how.permit,
    begunAt: ports.clock.now().toISOString(),
    onEvent: () => undefined,
  });
  return roll;
}

const unseen = (): never => {
  throw new Error('nothing is looked at here');
};

/** Creates what it is asked for and never forgets it. */
function workflowsOf(executions: Execution[]): Workflows {
  return {
    ensure: async () => ({ revision: '000001-aaa', created: false }),
    execute: async () => {
      const execution: Execution = {
        name: `executions/${String(executions.length)}`,
        state: 'ACTIVE',
        workflowRevisionId: '000001-aaa',
        error: null,
        result: null,
      };
      executions.push(execution);
      return execution;
    },
    find: async () => [],
    get: async (name) => executions.find((execution) => execution.name === name),
    list: async () => [],
    standing: async (name) => ({ name, deployedAt: '2026-01-01T00:00:00Z', condemnedAt: null }),
    lastUse: async () => ({ open: false, at: null }),
    condemn: async () => undefined,
    remove: async () => undefined,
  };
}
