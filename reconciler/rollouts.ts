/**
 * Moves the rollouts on at the start of a pass: looks at their tenants, saves the next state, then makes the edits it
 * stands for. Two passes may do so at once: the state is compared and set, an edit must find the record it was made for.
 */
import pLimit from 'p-limit';
import { sameJson } from '../desired-state/canonical.ts';
import { FLEET, type Directive, type StoredRollout } from '../desired-state/store.ts';
import type { Rollout, RolloutReport } from './fleet-model.ts';
import type { Json } from './model.ts';
import { notOperator, type Operators } from './operators.ts';
import type { Ports } from './ports.ts';
import { advance, reportOf, watched } from './rollout.ts';
import type { TenantView } from './rollout-step.ts';

/** What a pass needs of its options. */
export interface MoveOptions {
  readonly dryRun: boolean;
  readonly only?: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number };
  readonly operators?: Operators;
}

export interface Moved {
  readonly reports: readonly RolloutReport[];
  /** Tenants whose endpoint must be asked before a rollout goes on. */
  readonly due: readonly string[];
}

type StorePorts = Pick<Ports, 'store' | 'clock'>;

/** A state leads to the next within one pass (begun, edited, seen to be edited); more than so many is no progress. */
const MOST_ROUNDS = 12;

/** Once per pass, whatever the number of tasks, and never for a pass over named tenants. Throws StoreError. */
export async function moveRollouts(ports: StorePorts, options: MoveOptions): Promise<Moved> {
  const open = await ports.store.listRollouts({ open: true });
  const acts = !options.dryRun && options.only === undefined && (options.shard?.index ?? 0) === 0;
  const reports: RolloutReport[] = [];
  const due: string[] = [];
  for (const stored of open) {
    // The command line has asked already, but with the settings of whoever called it.
    const objection = notOperator(options.operators ?? [], stored.rollout.author);
    const moved = acts && objection === undefined ? await move(ports, stored) : { ...stored, due: [] };
    const report = reportOf(moved.rollout);
    reports.push(objection === undefined ? report : { ...report, message: `stands still: ${objection}` });
    due.push(...moved.due);
  }
  return { reports, due };
}

async function move(
  ports: StorePorts,
  from: StoredRollout,
): Promise<{ rollout: Rollout; due: readonly string[] }> {
  let { rollout, version } = from;
  let due: readonly string[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const views = await viewsOf(ports, rollout);
    const next = advance(rollout, views, ports.clock.now().toISOString());
    due = next.due;
    const stays = sameJson(next.rollout as unknown as Json, rollout as unknown as Json);
    if (!stays && !(await ports.store.saveRollout(next.rollout, version))) {
      const newer = await ports.store.getRollout(rollout.name);
      if (newer === undefined) break;
      ({ rollout, version } = newer);
      continue;
    }
    if (!stays) version += 1;
    rollout = next.rollout;
    for (const { name, record, ifEtag, reason } of next.edits) {
      // A conflict is somebody else's edit: the next round sees what it was.
      await ports.store.applyTenant({ name, record, ifEtag, author: rollout.author, reason });
    }
    if (stays && next.edits.length === 0) break;
  }
  return { rollout, due };
}

/** Records looked at together. */
const AT_ONCE = 8;

async function viewsOf({ store, clock }: StorePorts, rollout: Rollout): Promise<Map<string, TenantView>> {
  const { begun, waiting } = watched(rollout);
  const names = [...begun, ...waiting];
  if (names.length === 0) return new Map();
  const limit = pLimit(AT_ONCE);
  // The record before everything else that is read of its tenant: see TenantView.
  const stored = new Map(
    await Promise.all(names.map((name) => limit(async () => [name, await store.getTenant(name)] as const))),
  );
  const [ledger, active, directives] = await Promise.all([
    store.ledgerOf(names),
    store.listActive(),
    store.listDirectives([FLEET, ...names]),
  ]);
  const now = clock.now().getTime();
  const known = new Set(begun);
  const views = names.map((name) =>
    limit(async (): Promise<TenantView> => ({
      name,
      stored: stored.get(name),
      ledger: ledger.get(name),
      executions: known.has(name)
        ? await store.listExecutions(name)
        : active.filter((execution) => execution.name === name),
      revisions: known.has(name) ? await store.listRevisions(name) : [],
      paused: directives.some((directive) => isPause(directive, name, now)),
    })),
  );
  return new Map((await Promise.all(views)).map((view) => [view.name, view]));
}

const isPause = ({ kind, name, endedAt, expiresAt }: Directive, tenant: string, now: number): boolean =>
  kind === 'pause' && (name === tenant || name === FLEET) && endedAt === null && Date.parse(expiresAt) > now;
