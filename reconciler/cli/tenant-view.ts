/** A tenant as people ask for it: its record, what the ledger knows, and what the last pass said. */
import type { LedgerEntry, Observation, RecordText, Store, StoredTenant } from '../../desired-state/store.ts';
import { inSchemaOrder } from '../../desired-state/parse.ts';
import { toYaml, withSystemFields } from '../../desired-state/text.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Json, RunReport, TenantReport } from '../model.ts';
import { classCounts, countByClass } from '../report/words.ts';
import { notFound } from './failure.ts';

/** The pass that told what is known of a tenant. Later ones that found nothing new have told nothing. */
export interface ToldBy {
  readonly run: string;
  /** RFC 3339. */
  readonly at: string;
  readonly mode: RunReport['run']['mode'];
}

export interface TenantView {
  readonly stored: StoredTenant;
  readonly ledger: LedgerEntry | undefined;
  /** As it was last told. */
  readonly report: TenantReport | undefined;
  readonly told: ToldBy | undefined;
}

/** In name order; all when `names` is empty. Throws NotFound for the first name nobody knows. */
export async function tenantViews(store: Store, names: readonly string[]): Promise<TenantView[]> {
  const records: StoredTenant[] = [];
  if (names.length === 0) {
    for await (const stored of store.listTenants()) records.push(stored);
  }
  for (const name of new Set(names)) {
    const stored = await store.getTenant(name);
    if (!stored) throw notFound('tenant', name);
    records.push(stored);
  }
  const ledger = await store.ledgerOf(records.map(({ name }) => name));
  const latest: RunReport | undefined = await store.latestRun();
  const reports = new Map(latest?.tenants.map((tenant) => [tenant.name, tenant]));
  const looks = await store.observationsOf(records.map(({ name }) => name));
  return records.map((stored) => ({
    stored,
    ledger: ledger.get(stored.name),
    ...lastTold(looks.get(stored.name), latest, reports.get(stored.name)),
  }));
}

/** Of the last run, when it speaks of the tenant and nobody has looked since; else of the last look. */
function lastTold(
  look: Observation | undefined,
  latest: RunReport | undefined,
  row: TenantReport | undefined,
): Pick<TenantView, 'report' | 'told'> {
  const newer = row !== undefined && latest !== undefined && latest.run.startedAt >= (look?.lookedAt ?? '');
  if (newer) {
    const { id, finishedAt, mode } = latest.run;
    return { report: row, told: { run: id, at: finishedAt, mode } };
  }
  if (look === undefined) return { report: undefined, told: undefined };
  // Only passes that act are kept.
  return { report: look.report, told: { run: look.run, at: look.lookedAt, mode: 'act' } };
}

/** The record with what the system adds, in the shape `apply` takes back; `status` is dropped there. */
export function tenantDocument(view: TenantView): Json {
  const { apiVersion, kind, metadata, ...rest } = objectOf(inSchemaOrder(view.stored.record));
  return {
    apiVersion: apiVersion ?? null,
    kind: kind ?? null,
    metadata: { ...objectOf(metadata), ...systemMetadata(view) },
    ...rest,
    status: statusOf(view),
  };
}

/** The same as somebody wrote it, with comments; our own text when that was read of another version. */
export const tenantText = (view: TenantView, written: RecordText | undefined): string =>
  written?.etag === view.stored.etag
    ? withSystemFields(written.text, systemMetadata(view), statusOf(view))
    : toYaml(tenantDocument(view));

const systemMetadata = ({ stored }: TenantView) => ({
  generation: stored.generation,
  etag: stored.etag,
  createdAt: stored.createdAt,
  updatedAt: stored.updatedAt,
  updatedBy: stored.updatedBy,
});

const statusOf = ({ ledger, report }: TenantView): Json => ({
  phase: ledger?.status ?? null,
  verdict: report?.verdict ?? null,
  findings: report === undefined ? null : { ...countByClass(report.findings) },
  appliedGeneration: ledger?.appliedGeneration ?? null,
  requestId: ledger?.requestId ?? null,
  owner: ledger?.owner ?? null,
  namespace: ledger?.namespace ?? null,
  cluster: ledger?.cluster ?? null,
  region: ledger?.region ?? null,
  workerPool: ledger?.workerPool ?? null,
  kubeconfigRef: ledger?.kubeconfigRef ?? null,
  tfStateUri: ledger?.tfStateUri ?? null,
  buildId: ledger?.buildId ?? null,
  imageDigest: ledger?.imageDigest ?? null,
  serviceEndpoint: ledger?.serviceEndpoint ?? null,
  health: ledger?.health ? { ...ledger.health } : null,
  lastError: ledger?.lastError ?? null,
  updatedAt: ledger?.updatedAt ?? null,
});

export const findingsCell = ({ report }: TenantView): string =>
  report === undefined ? 'unknown' : classCounts(countByClass(report.findings)) || 'none';

export const healthCell = (ledger: LedgerEntry | undefined): string =>
  ledger?.health == null ? 'unknown' : ledger.health.healthy ? 'healthy' : 'unhealthy';

/** The object at this place of a record, or an empty one: a stored record may be of a shape nobody expects. */
export const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
