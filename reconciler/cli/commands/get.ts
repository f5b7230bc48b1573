/** `plumb get`: tenants, runs, executions, directives, overrides, rollouts or notifications, as a table or as documents. */
import type { ExecutionEntry, Store } from '../../../desired-state/store.ts';
import { textAt } from '../../json.ts';
import type { Json, RunReport } from '../../model.ts';
import { classCounts, lastPart, shortTime, verdictCounts } from '../../report/words.ts';
import { ageOf } from '../age.ts';
import { directives } from '../directive-list.ts';
import { EXIT } from '../exit-codes.ts';
import { UsageError, notFound } from '../failure.ts';
import type { Cli } from '../host.ts';
import { overrides, rollouts } from '../fleet-list.ts';
import { notifications } from '../notification-list.ts';
import { printListing, type Listing, type OutputFormat } from '../output.ts';
import {
  findingsCell,
  healthCell,
  tenantDocument,
  tenantText,
  tenantViews,
  type TenantView,
} from '../tenant-view.ts';

export interface GetOptions {
  readonly output: OutputFormat;
}

type Kind = 'tenants' | 'runs' | 'executions' | 'directives' | 'overrides' | 'rollouts' | 'notifications';

const KINDS: Readonly<Record<string, Kind>> = {
  tenant: 'tenants',
  tenants: 'tenants',
  run: 'runs',
  runs: 'runs',
  execution: 'executions',
  executions: 'executions',
  directive: 'directives',
  directives: 'directives',
  override: 'overrides',
  overrides: 'overrides',
  rollout: 'rollouts',
  rollouts: 'rollouts',
  notification: 'notifications',
  notifications: 'notifications',
};

export async function get(
  cli: Cli,
  given: string,
  name: string | undefined,
  { output }: GetOptions,
): Promise<number> {
  const [kind, wanted] = kindAndName(given, name);
  return cli.withStore(async (store, { operators }) => {
    const now = Date.now();
    switch (kind) {
      case 'tenants':
        printListing(cli, output, await tenants(store, wanted, { now, texts: output === 'yaml' }));
        break;
      case 'runs':
        printListing(cli, output, await runs(store, wanted, now));
        break;
      case 'executions':
        printListing(cli, output, await executions(store, wanted, now));
        break;
      case 'directives':
        printListing(cli, output, await directives(store, wanted, now));
        break;
      case 'overrides':
        printListing(cli, output, await overrides(store, operators, wanted, now));
        break;
      case 'rollouts':
        printListing(cli, output, await rollouts(store, wanted, now));
        break;
      case 'notifications':
        printListing(cli, output, await notifications(store, wanted, now));
    }
    return EXIT.ok;
  });
}

/** `tenants`, `tenant acme` and `tenant/acme`, as kubectl takes them. */
function kindAndName(given: string, name: string | undefined): [Kind, string | undefined] {
  const [word = '', inline] = given.split('/', 2);
  const kind = KINDS[word.toLowerCase()];
  if (kind === undefined) {
    throw new UsageError(
      `there is no kind "${word}"; use tenants, runs, executions, directives, overrides, rollouts or notifications (for one tenant: plumb get tenant ${word})`,
    );
  }
  if (inline !== undefined && name !== undefined) {
    throw new UsageError(`both ${given} and ${name} are given; name one of them`);
  }
  return [kind, inline ?? name];
}

async function tenants(
  store: Store,
  name: string | undefined,
  { now, texts }: { readonly now: number; readonly texts: boolean },
): Promise<Listing<TenantView>> {
  const items = await tenantViews(store, name === undefined ? [] : [name]);
  const written = await store.textsOf(texts ? items.map(({ stored }) => stored.name) : []);
  return {
    kind: 'Tenant',
    items,
    single: name !== undefined,
    name: ({ stored }) => stored.name,
    document: tenantDocument,
    yaml: (view) => tenantText(view, written.get(view.stored.name)),
    columns: [
      { head: 'NAME', cell: ({ stored }) => stored.name },
      { head: 'STATUS', cell: ({ ledger }) => ledger?.status ?? 'none' },
      { head: 'VERDICT', cell: ({ report }) => report?.verdict ?? 'unknown' },
      { head: 'FINDINGS', cell: findingsCell },
      { head: 'HEALTH', cell: ({ ledger }) => healthCell(ledger) },
      { head: 'GENERATION', cell: ({ stored }) => String(stored.generation) },
      { head: 'APPLIED', cell: ({ ledger }) => String(ledger?.appliedGeneration ?? 'never') },
      { head: 'AGE', cell: ({ stored }) => ageOf(stored.createdAt, now) },
      { head: 'PROJECT', wide: true, cell: (view) => specText(view, 'project') },
      { head: 'REGION', wide: true, cell: (view) => specText(view, 'region') },
      { head: 'OWNER', wide: true, cell: (view) => specText(view, 'owner') },
      { head: 'ENDPOINT', wide: true, cell: ({ ledger }) => ledger?.serviceEndpoint ?? 'none' },
      { head: 'IMAGE', wide: true, cell: ({ ledger }) => ledger?.imageDigest?.slice(0, 19) ?? 'none' },
      { head: 'UPDATED-BY', wide: true, cell: ({ stored }) => stored.updatedBy },
    ],
  };
}

const specText = ({ stored }: TenantView, field: string): string =>
  textAt(stored.record, 'spec', field) ?? 'unknown';

/** A day of passes, one every quarter of an hour, is about as far back as a list is read. */
const RUNS_SHOWN = 100;

async function runs(store: Store, id: string | undefined, now: number): Promise<Listing<RunReport>> {
  const run = id === undefined ? undefined : await store.getRun(id);
  if (run === undefined && id !== undefined) throw notFound('run', id);
  return {
    kind: 'Run',
    items: run === undefined ? await store.listRuns(RUNS_SHOWN) : [run],
    single: id !== undefined,
    name: (item) => item.run.id,
    // A report is JSON by its own definition; only its type does not say so.
    document: (item) => item as unknown as Json,
    columns: [
      { head: 'NAME', cell: (item) => item.run.id },
      { head: 'MODE', cell: (item) => item.run.mode },
      { head: 'TENANTS', cell: ({ summary }) => String(summary.tenants) },
      { head: 'VERDICTS', cell: ({ summary }) => verdictCounts(summary.verdicts) || 'none' },
      { head: 'FINDINGS', cell: ({ summary }) => classCounts(summary.findings) || 'none' },
      { head: 'LAUNCHED', cell: ({ summary }) => String(summary.launched) },
      { head: 'HELD', cell: ({ summary }) => String(summary.held) },
      { head: 'BREAKER', cell: ({ breaker }) => (breaker === null ? 'closed' : 'open') },
      { head: 'AGE', cell: (item) => ageOf(item.run.finishedAt, now) },
      { head: 'SHARD', wide: true, cell: ({ run: { shard } }) => `${shard.index + 1}/${shard.count}` },
      { head: 'STARTED', wide: true, cell: (item) => shortTime(item.run.startedAt) },
    ],
  };
}

/** Executions shown of each tenant when none is named; `get executions NAME` shows all. */
const RECENT = 5;

async function executions(
  store: Store,
  tenant: string | undefined,
  now: number,
): Promise<Listing<ExecutionEntry>> {
  const views = await tenantViews(store, tenant === undefined ? [] : [tenant]);
  const limit = tenant === undefined ? RECENT : undefined;
  const items: ExecutionEntry[] = [];
  for (const { stored } of views) items.push(...(await store.listExecutions(stored.name, limit)));
  return {
    kind: 'Execution',
    items,
    single: false,
    name: ({ intent }) => intent,
    document: (entry) => ({ ...entry }),
    columns: [
      { head: 'NAME', cell: ({ intent }) => intent },
      { head: 'TENANT', cell: ({ name }) => name },
      { head: 'FLOW', cell: ({ flow }) => flow },
      { head: 'STATE', cell: ({ state }) => state },
      { head: 'GENERATION', cell: ({ generation }) => String(generation) },
      { head: 'REQUESTER', cell: ({ requester }) => requester },
      { head: 'AGE', cell: ({ createdAt }) => ageOf(createdAt, now) },
      {
        head: 'EXECUTION',
        wide: true,
        cell: ({ execution }) => (execution === null ? 'none' : lastPart(execution)),
      },
      { head: 'WORKFLOW', wide: true, cell: ({ workflow }) => workflow },
      { head: 'ERROR', wide: true, cell: ({ error }) => error ?? 'none' },
    ],
  };
}
