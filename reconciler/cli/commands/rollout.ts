/** `plumb rollout status, pause, resume, abort, skip, skew`: how a rollout goes, and what a person orders of it. */
import { durationText } from '../../../desired-state/duration.ts';
import { nearest } from '../../../desired-state/nearest.ts';
import { parseTenant } from '../../../desired-state/parse.ts';
import type { Store, StoredRollout } from '../../../desired-state/store.ts';
import type { Rollout } from '../../fleet-model.ts';
import type { Json } from '../../model.ts';
import { columns } from '../../report/columns.ts';
import { printable } from '../../report/printable.ts';
import { rolloutCounts } from '../../report/fleet-words.ts';
import { shortTime } from '../../report/words.ts';
import { reportOf } from '../../rollout.ts';
import { isSelected } from '../../rollout-plan.ts';
import { ordered, type RolloutOrder } from '../../rollout-orders.ts';
import { stepOf } from '../../rollout-step.ts';
import { skewOf, type SkewRow, type SkewTenant } from '../../skew.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { mustBeOperator } from '../operator.ts';
import { tenantName } from '../records.ts';
import { selectorOf, selectorText } from '../selector.ts';

export interface StatusOptions {
  readonly output: 'text' | 'json';
}

export async function rolloutStatus(cli: Cli, given: string, { output }: StatusOptions): Promise<number> {
  return cli.withStore(async (store) => {
    const found = await mustFind(store, rolloutName(given));
    if (output === 'json') cli.print(JSON.stringify(found.rollout, null, 2));
    else cli.print(statusLines(found).join('\n'));
    return EXIT.ok;
  });
}

const rolloutName = (given: string): string => given.replace(/^rollouts?\//, '');

async function mustFind(store: Store, name: string): Promise<StoredRollout> {
  const found = await store.getRollout(name);
  if (found !== undefined) return found;
  const names = (await store.listRollouts({ open: false })).map(({ rollout }) => rollout.name);
  const near = nearest(name, names);
  throw near === undefined
    ? notFound('rollout', name)
    : new CliError(`${notFound('rollout', name).message}; did you mean ${near}?`);
}

function statusLines({ rollout, updatedAt }: StoredRollout): string[] {
  const { name, field, value, selector, state, message, waves, author, reason, maxConcurrent, soakMs } =
    rollout;
  const pairs: [string, string][] = [
    ['Rollout', name],
    ['Change', `${field} = ${value}`],
    ['Tenants', `${selectorText(selector)}: ${rolloutCounts(reportOf(rollout))}`],
    ['State', message === null ? state : `${state}: ${shortTime(message)}`],
    ['Wave', `${Math.min(rollout.wave + 1, waves.length)} of ${waves.length}`],
    [
      'Pace',
      `${maxConcurrent} at a time, ${soakMs === 0 ? 'no soak' : `each wave soaks ${durationText(soakMs)}`}`,
    ],
    ['Started', `${shortTime(rollout.createdAt)} by ${author}${reason === '' ? '' : ` (${reason})`}`],
    ['Moved', shortTime(updatedAt)],
  ];
  return [
    ...pairs.map(([key, text]) => printable(`${`${key}:`.padEnd(9)}${text}`)),
    ...rollout.history.map(({ at, by, what, why }) =>
      printable(`         ${shortTime(at)} ${what} by ${by}${why === '' ? '' : `: ${shortTime(why)}`}`),
    ),
    ...nextLines(rollout),
    '',
    ...columns(['WAVE', 'TENANT', 'STATE', 'FROM', 'NOTE'], stepRows(rollout)),
  ];
}

function nextLines({ name, state }: Rollout): string[] {
  switch (state) {
    case 'halted':
    case 'paused':
      return [`Next:    'plumb rollout resume ${name}' goes on, 'plumb rollout abort ${name}' ends it`];
    case 'running':
      return [`Next:    each pass moves it on; 'plumb rollout pause ${name}' stops it`];
    case 'aborting':
      return ['Next:    what is under way ends by itself'];
    case 'aborted':
    case 'done':
      return [];
  }
}

const stepRows = (rollout: Rollout): string[][] =>
  rollout.waves.flatMap((wave, index) =>
    wave.map((tenant) => {
      const { state, note } = stepOf(rollout, tenant);
      return [String(index + 1), tenant, state, rollout.before[tenant] ?? 'default', note ?? ''].map(
        printable,
      );
    }),
  );

/** Orders that meet a rollout just being moved on are given again. */
const ATTEMPTS = 20;

const DONE = { pause: 'paused', resume: 'resumed', abort: 'aborted', skip: 'moved on' } as const;

export async function orderRollout(
  cli: Cli,
  given: string,
  order: RolloutOrder,
  { reason }: { readonly reason: string },
): Promise<number> {
  const name = rolloutName(given);
  const who = await cli.identity();
  return cli.withStore(async (store, settings) => {
    await mustFind(store, name);
    await mustBeOperator(store, settings, who, 'rollout');
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const { rollout, version } = await mustFind(store, name);
      const by = { who, why: reason.trim(), now: new Date().toISOString() };
      const result = ordered(rollout, order, by);
      if (!result.ok) throw new CliError(result.reason);
      if (!(await store.saveRollout(result.rollout, version))) continue;
      cli.print(`rollout/${name} ${DONE[order.verb]}`);
      return EXIT.ok;
    }
    throw new CliError(`rollout ${name} is being moved on by several passes at once; try again`);
  });
}

export const skipOrder = (tenants: readonly string[]): RolloutOrder => ({
  verb: 'skip',
  tenants: [...new Set(tenants.map(tenantName))],
});

export interface SkewOptions {
  readonly selector?: string;
  readonly output: 'table' | 'wide' | 'json';
}

export async function rolloutSkew(cli: Cli, { selector, output }: SkewOptions): Promise<number> {
  const labels = selectorOf({ all: selector === undefined, ...(selector !== undefined && { selector }) });
  return cli.withStore(async (store) => {
    const rows = skewOf(await versionsOf(store, labels));
    if (output === 'json') cli.print(JSON.stringify(rows, null, 2));
    else if (rows.length === 0) cli.note(`No tenant has the labels ${selectorText(labels)}.`);
    else cli.print(skewLines(rows, output === 'wide').join('\n'));
    return EXIT.ok;
  });
}

function skewLines(rows: readonly SkewRow[], wide: boolean): string[] {
  const heads = ['FIELD', 'VALUE', 'WANT', 'APPLIED', ...(wide ? ['TENANTS'] : [])];
  const cells = rows.map(({ field, value, want, applied }) => {
    const names = [...new Set([...applied, ...want])].sort();
    return [field, value, String(want.length), String(applied.length), ...(wide ? [names.join(',')] : [])];
  });
  return columns(
    heads,
    cells.map((row) => row.map(printable)),
  );
}

async function versionsOf(store: Store, selector: Readonly<Record<string, string>>): Promise<SkewTenant[]> {
  const stored = [];
  for await (const tenant of store.listTenants()) {
    if (isSelected(tenant.record, { selector })) stored.push(tenant);
  }
  const ledger = await store.ledgerOf(stored.map(({ name }) => name));
  const found: SkewTenant[] = [];
  for (const { name, record, generation } of stored) {
    const { status, appliedGeneration = null } = ledger.get(name) ?? {};
    if (status === 'DECOMMISSIONED') continue;
    const applied =
      appliedGeneration === null
        ? undefined
        : appliedGeneration === generation
          ? record
          : await store.recordAt(name, appliedGeneration);
    found.push({ name, want: usable(record), applied: usable(applied) });
  }
  return found;
}

function usable(record: Json | undefined): SkewTenant['want'] {
  const parsed = parseTenant(record);
  return parsed.ok ? parsed.tenant : null;
}
