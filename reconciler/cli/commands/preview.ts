/**
 * `plumb preview`: what storing a record would lead to, down to the bytes that would be launched. Reaches nothing but
 * the store, and with --offline not even that.
 */
import { parseTenant } from '../../../desired-state/parse.ts';
import { FLEET, type Store, type StoredTenant } from '../../../desired-state/store.ts';
import { at, equal } from '../../json.ts';
import { PASS } from '../../launch.ts';
import { previewRun, type RunInput, type RunPreview } from '../../preview-run.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { previewOf } from '../preview-record.ts';
import { previewLines, type Preview } from '../preview-text.ts';
import { recordsOf, type GoodRecord, type RecordFlags } from '../records.ts';
import { dangerLines, runLines } from '../run-text.ts';

export interface PreviewOptions extends RecordFlags {
  readonly offline: boolean;
  readonly definition: boolean;
  readonly output: 'text' | 'json';
}

/** What the store knows of one tenant; nothing when it is not asked. */
type Known = Pick<RunInput, 'applied' | 'ledger' | 'active' | 'directives'> & {
  readonly stored: StoredTenant | undefined;
};

const NOTHING: Known = {
  stored: undefined,
  applied: null,
  ledger: undefined,
  active: undefined,
  directives: [],
};

export async function preview(cli: Cli, options: PreviewOptions): Promise<number> {
  const records = await recordsOf(cli, options);
  const under = await platformOf(cli);
  const known = options.offline ? new Map<string, Known>() : await askStore(cli, records);
  const previews = records.map((item) =>
    previewed(item, known.get(item.record.tenant.metadata.name) ?? NOTHING, under),
  );
  if (options.definition) printDefinitions(cli, previews);
  else if (options.output === 'json') cli.print(JSON.stringify(previews.map(asJson), null, 2));
  else for (const each of previews) cli.print(textOf(cli, each).join('\n'));
  return EXIT.ok;
}

/** What a pass would run under. */
type Under = Pick<RunInput, 'platform' | 'rules'>;

async function platformOf(cli: Cli): Promise<Under> {
  const { loadPlatform } = await import('../../settings.ts');
  const { host, flags } = cli;
  const { platform, policy, assumed } = loadPlatform({ flags, env: host.env, cwd: host.cwd });
  if (assumed) cli.note('no platform is set: the definition is that of the local cloud’s');
  return { platform, rules: policy.rules };
}

/** A store that cannot be reached is no reason to show nothing: then every record counts as new, and that is said. */
async function askStore(cli: Cli, records: readonly GoodRecord[]): Promise<Map<string, Known>> {
  try {
    return await cli.withStore(async (store) => {
      const names = records.map(({ record }) => record.tenant.metadata.name);
      return new Map(
        await Promise.all(names.map(async (name) => [name, await knownOf(store, name)] as const)),
      );
    });
  } catch (error) {
    if (!(error instanceof Error) || !['StoreError', 'SettingsError'].includes(error.name)) throw error;
    cli.note(`compared with no stored record: ${error.message}`);
    return new Map();
  }
}

async function knownOf(store: Store, name: string): Promise<Known> {
  const [stored, ledger, active, directives] = await Promise.all([
    store.getTenant(name),
    store.getLedger(name),
    store.listActive(name),
    store.listDirectives([name, FLEET]),
  ]);
  const generation = ledger?.appliedGeneration;
  const record = generation == null ? undefined : await store.recordAt(name, generation);
  const applied = record === undefined ? null : parseTenant(record);
  return { stored, ledger, active: active[0], applied: applied?.ok ? applied.tenant : null, directives };
}

interface Previewed {
  readonly name: string;
  /** Undefined when the record is the stored one. */
  readonly edit: Preview | undefined;
  readonly run: RunPreview;
}

function previewed(item: GoodRecord, known: Known, under: Under): Previewed {
  const { tenant, written } = item.record;
  const { stored, ...rest } = known;
  return {
    name: tenant.metadata.name,
    edit: previewOf(item, stored),
    run: previewRun({
      ...rest,
      ...under,
      tenant,
      generation: stored === undefined ? 1 : stored.generation + (sameSpec(stored, written) ? 0 : 1),
      requester: PASS,
      now: new Date().toISOString(),
    }),
  };
}

const sameSpec = (stored: StoredTenant, written: StoredTenant['record']): boolean =>
  equal(at(stored.record, 'spec'), at(written, 'spec'));

/** Several flows make several texts, parted as YAML parts documents; one text is printed byte by byte. */
function printDefinitions(cli: Cli, previews: readonly Previewed[]): void {
  const sources = new Set(previews.flatMap(({ run }) => run.launch?.definition.source ?? []));
  if (sources.size === 0) cli.note('nothing would be launched');
  else cli.print([...sources].join('---\n'));
}

function textOf(cli: Cli, { name, edit, run }: Previewed): string[] {
  const paint = cli.paint();
  return [
    ...(edit ? [...previewLines(edit, paint), ...dangerLines(edit, paint)] : [`tenant/${name} is as stored`]),
    ...runLines(run, paint),
  ];
}

const asJson = ({ name, edit, run }: Previewed) => ({
  tenant: name,
  isNew: edit?.isNew ?? false,
  record: edit?.record ?? [],
  resources: edit?.resources ?? [],
  actions: run.plan.actions,
  held: run.plan.held,
  definition: run.launch?.definition ?? null,
  argument: run.launch?.argument ?? null,
});
