/** `plumb rollout start`: shows the waves, asks, and stores the rollout; the next pass begins it. */
import { DURATION_FORM, durationText, parseDuration } from '../../../desired-state/duration.ts';
import { nearest } from '../../../desired-state/nearest.ts';
import type { Store } from '../../../desired-state/store.ts';
import type { Rollout } from '../../fleet-model.ts';
import { printable } from '../../report/printable.ts';
import { plural } from '../../report/words.ts';
import { MOST_TENANTS, ROLLABLE } from '../../rollable.ts';
import {
  planRollout,
  type Candidate,
  type PlannedRollout,
  type RolloutRequest,
  type WaveSize,
} from '../../rollout-plan.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import { Cli } from '../host.ts';
import { mustBeOperator } from '../operator.ts';
import { saidYes } from '../question.ts';
import { selectorOf, selectorText, type SelectorFlags } from '../selector.ts';

export interface StartOptions extends SelectorFlags {
  readonly canary: number;
  /** `25%` or `10`. */
  readonly size: string;
  /** `30m`; `0`: none. */
  readonly soak: string;
  readonly maxConcurrent: number;
  readonly reason: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export async function startRollout(given: Cli, name: string, options: StartOptions): Promise<number> {
  const { cli, fields } = splitSettings(given);
  const change = changeOf(fields);
  const waves = {
    selector: selectorOf(options),
    size: sizeOf(options.size),
    soakMs: soakOf(options.soak),
  };
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw new UsageError(
      `${JSON.stringify(name)} is no name for a rollout; use lowercase letters, digits and dashes`,
    );
  }
  const author = await cli.identity();
  return cli.withStore(async (store, settings) => {
    if (!options.dryRun) await mustBeOperator(store, settings, author, 'rollout');
    if ((await store.getRollout(name)) !== undefined) throw nameTaken(name);
    const { canary, maxConcurrent, reason } = options;
    const request = { name, ...change, ...waves, canary, maxConcurrent, author, reason: reason.trim() };
    const planned = await planFor(store, request);
    for (const line of preview(planned)) cli.note(line);
    if (options.dryRun) {
      cli.note('dry run: nothing was started');
      return EXIT.ok;
    }
    if (!options.yes && cli.interactive && !(await saidYes(cli, 'Start this rollout?'))) {
      cli.note('nothing was started');
      return EXIT.error;
    }
    if (!(await store.createRollout(planned.rollout))) throw nameTaken(name);
    cli.print(
      `rollout/${name} started; the next pass begins it ('plumb rollout status ${name}' shows how it goes)`,
    );
    return EXIT.ok;
  });
}

/** `--set` also names settings of the platform; a record's field begins with `spec.`. */
function splitSettings(given: Cli): { cli: Cli; fields: readonly string[] } {
  const all = given.flags.set ?? [];
  const fields = all.filter((setting) => setting.startsWith('spec.'));
  const set = all.filter((setting) => !setting.startsWith('spec.'));
  return { cli: new Cli(given.host, { ...given.flags, set }), fields };
}

function changeOf(fields: readonly string[]): { field: string; value: string } {
  const known = ROLLABLE.map(({ field }) => field);
  const [setting, another] = fields;
  if (setting === undefined) {
    throw new UsageError(`say what to change: --set FIELD=VALUE, where FIELD is ${known.join(' or ')}`);
  }
  if (another !== undefined) {
    throw new UsageError(`a rollout changes one field; ${another} needs one of its own`);
  }
  const at = setting.indexOf('=');
  const field = at < 0 ? setting : setting.slice(0, at);
  if (!known.some((each) => each === field)) {
    const near = nearest(field, known);
    throw new UsageError(
      `--set ${field}: this field cannot be rolled out; ` +
        (near === undefined ? `these can: ${known.join(', ')}` : `did you mean ${near}?`),
    );
  }
  const value = at < 0 ? '' : setting.slice(at + 1);
  if (value === '') throw new UsageError(`--set ${field}: say a value, as in --set ${field}=VALUE`);
  return { field, value };
}

function sizeOf(text: string): WaveSize {
  const [, digits = '', percent] = /^(\d{1,5})(%?)$/.exec(text) ?? [];
  const number = Number(digits);
  if (digits === '' || number < 1 || (percent === '%' && number > 100)) {
    throw new UsageError(`--size ${text}: use a number of tenants from 1, or a part from 1% to 100%`);
  }
  return percent === '%' ? { percent: number } : { count: number };
}

function soakOf(text: string): number {
  if (/^0[mhd]?$/.test(text)) return 0;
  const ms = parseDuration(text);
  if (ms === undefined) throw new UsageError(`--soak ${text}: use ${DURATION_FORM}, or 0 for none`);
  return ms;
}

const nameTaken = (name: string): CliError =>
  new CliError(
    `there is a rollout ${name} already, and a name is used once; 'plumb get rollouts' lists them. Take another name`,
  );

async function planFor(store: Store, request: RolloutRequest): Promise<PlannedRollout> {
  const stored = [];
  for await (const tenant of store.listTenants()) stored.push(tenant);
  const ledger = await store.ledgerOf(stored.map((tenant) => tenant.name));
  const candidates = stored.map((tenant): Candidate => ({ stored: tenant, ledger: ledger.get(tenant.name) }));
  const others = (await store.listRollouts({ open: true })).map(({ rollout }) => rollout);
  const planned = planRollout(candidates, request, others, new Date().toISOString());
  const count = planned.rollout.waves.flat().length;
  if (count === 0) throw nobody(planned, request);
  if (count > MOST_TENANTS) {
    throw new CliError(
      `${plural(count, 'tenant')} are more than one rollout takes (${MOST_TENANTS}); narrow -l, and start several`,
    );
  }
  return planned;
}

function nobody({ left }: PlannedRollout, { selector }: RolloutRequest): CliError {
  const whom = selectorText(selector);
  if (left.length === 0) return new CliError(`no tenant has the labels ${whom}; correct -l`);
  const shown = left.slice(0, SHOWN).map(({ name, why }) => `\n  ${printable(`${name}: ${why}`)}`);
  const more = left.length > SHOWN ? `\n  and ${left.length - SHOWN} more` : '';
  return new CliError(`of ${whom} there is nobody to roll out to:${shown.join('')}${more}`);
}

/** Names listed of a wave or of those left out. */
const SHOWN = 10;

function preview({ rollout, left }: PlannedRollout): string[] {
  const { field, value, waves, soakMs, maxConcurrent } = rollout;
  const soak = soakMs === 0 ? '' : `, each soaking ${durationText(soakMs)}`;
  return [
    `${field} = ${value} for ${plural(waves.flat().length, 'tenant')} in ${plural(waves.length, 'wave')}, ` +
      `${maxConcurrent} at a time${soak}:`,
    ...waves.map((wave, index) => `  wave ${index + 1}: ${listed(wave)}`),
    ...fromLines(rollout),
    ...(left.length === 0 ? [] : [`left out: ${plural(left.length, 'tenant')}`]),
    ...left.slice(0, SHOWN).map(({ name, why }) => printable(`  ${name}: ${why}`)),
    ...(left.length > SHOWN ? [`  and ${left.length - SHOWN} more`] : []),
  ];
}

const listed = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');

/** What a failed tenant would go back to. */
function fromLines({ waves, before }: Rollout): string[] {
  const counts = new Map<string, number>();
  for (const name of waves.flat()) {
    const value = before[name] ?? 'the default';
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = [...counts].map(([value, count]) => `${value} (${count})`);
  return [printable(`  from: ${values.slice(0, SHOWN).join(', ')}${values.length > SHOWN ? ', …' : ''}`)];
}
