/** The ledger: what Plumbline knows of each tenant; the workflow writes most of it through the same calls. */
import type { HealthResult, Json, TenantStatus } from '../../reconciler/model.ts';
import type { LedgerEntry } from '../store.ts';
import { chunks } from './chunks.ts';
import { json, maybeInteger, maybeText, text } from './fields.ts';
import type { Row, RowReader } from './rows.ts';

/** Keys in one read: fast on both stores, and far below the size a request may have. */
const KEYS_PER_READ = 500;

export async function getLedger(rows: RowReader, name: string): Promise<LedgerEntry | undefined> {
  const row = await rows.get('Ledger', [name]);
  return row && toLedger(row);
}

export async function ledgerOf(rows: RowReader, names: readonly string[]): Promise<Map<string, LedgerEntry>> {
  const found = new Map<string, LedgerEntry>();
  for (const part of chunks([...new Set(names)], KEYS_PER_READ)) {
    for (const row of await rows.scan('Ledger', { keys: part.map((name) => [name]) })) {
      found.set(text(row, 'name'), toLedger(row));
    }
  }
  return found;
}

function toLedger(row: Row): LedgerEntry {
  return {
    name: text(row, 'name'),
    // Written by our own workflows from the same list of statuses.
    status: maybeText(row, 'status') as TenantStatus | null,
    fence: maybeText(row, 'fence'),
    requestId: maybeText(row, 'request_id'),
    owner: maybeText(row, 'owner'),
    namespace: maybeText(row, 'namespace'),
    tfStateUri: maybeText(row, 'tf_state_uri'),
    tfVarsSnapshot: maybeText(row, 'tf_vars_snapshot'),
    cluster: maybeText(row, 'cluster'),
    region: maybeText(row, 'region'),
    buildId: maybeText(row, 'build_id'),
    kubeconfigRef: maybeText(row, 'kubeconfig_ref'),
    workerPool: maybeText(row, 'worker_pool'),
    serviceEndpoint: maybeText(row, 'service_endpoint'),
    imageDigest: maybeText(row, 'image_digest'),
    outputs: json(row, 'outputs'),
    appliedGeneration: maybeInteger(row, 'applied_generation'),
    health: toHealth(json(row, 'health')),
    deepCheck: json(row, 'deep_check'),
    deepCheckIntent: maybeText(row, 'deep_check_intent'),
    deepCheckAskedAt: maybeText(row, 'deep_check_asked_at'),
    lastError: maybeText(row, 'last_error'),
    updatedAt: maybeText(row, 'updated_at'),
  };
}

/** The health-check step wrote it; anything that is not its shape counts as "not known yet". */
function toHealth(value: Json): HealthResult | null {
  const candidate = value as Partial<Record<keyof HealthResult, Json>> | null;
  if (typeof candidate !== 'object' || candidate === null) return null;
  const { healthy, code = null, url = '', reason = '', checkedAt } = candidate;
  if (typeof healthy !== 'boolean' || typeof checkedAt !== 'string') return null;
  return {
    healthy,
    code: typeof code === 'number' ? code : null,
    url: typeof url === 'string' ? url : '',
    reason: typeof reason === 'string' ? reason : '',
    checkedAt,
  };
}
