/**
 * Everything the inventory shows in a tenant's project, told apart: declared, made by Google on our behalf, unexplained.
 * Each asset is looked at once while the sweep streams by; only counts and short lists are kept. Pure but for that.
 */
import { evidenceIn, ruleFor, type Surroundings } from './coverage-rules.ts';
import { textAt } from './json.ts';
import type { Coverage, Json, Want } from './model.ts';
import type { Asset } from './ports.ts';
import { GCP_KINDS } from './resources/index.ts';
import { tail } from './resources/kind.ts';

/**
 * What is looked for besides our own kinds: what costs money, holds data, or opens a way in or out. Left out is what
 * only comes with one of these (backend services, health checks, keys) or comes by the thousand (images, builds).
 */
const COVERED_TYPES: readonly string[] = [
  ...[
    ...['Address', 'Disk', 'Firewall', 'ForwardingRule', 'GlobalAddress', 'GlobalForwardingRule', 'Instance'],
    ...[
      'InstanceGroup',
      'InstanceGroupManager',
      'InstanceTemplate',
      'Network',
      'Route',
      'Router',
      'Snapshot',
    ],
    ...['Subnetwork', 'VpnTunnel'],
  ].map((kind) => `compute.googleapis.com/${kind}`),
  ...['Cluster', 'NodePool'].map((kind) => `container.googleapis.com/${kind}`),
  ...['Job', 'Service'].map((kind) => `run.googleapis.com/${kind}`),
  'artifactregistry.googleapis.com/Repository',
  'bigquery.googleapis.com/Dataset',
  'cloudbuild.googleapis.com/WorkerPool',
  'iam.googleapis.com/ServiceAccount',
  'pubsub.googleapis.com/Topic',
  'secretmanager.googleapis.com/Secret',
  'spanner.googleapis.com/Instance',
  'sqladmin.googleapis.com/Instance',
  'storage.googleapis.com/Bucket',
];

/** Every asset type a sweep asks for: those of our kinds and those above. */
export const SWEPT_TYPES: readonly string[] = [
  ...new Set([...GCP_KINDS.map(({ assetType }) => assetType), ...COVERED_TYPES]),
];

/** Unexplained assets listed per tenant; beyond that they are counted. */
export const MOST_LISTED = 20;

/** Rules in a tenant's network that nobody declared, kept per tenant to be looked at one by one. */
export const MOST_STRAYS = 50;

const FIREWALL = 'compute.googleapis.com/Firewall';
const ACCOUNT = 'iam.googleapis.com/ServiceAccount';

/** What classification needs to know of a tenant. */
export interface TenantContext extends Surroundings {
  readonly tenant: string;
  /** Asset names the record asks for, and those the applied one asked for. */
  readonly declared: ReadonlySet<string>;
}

/** `made`: accounts that were made with the project, before any record. */
export function contextOf(
  tenant: string,
  project: string,
  wants: readonly Want[],
  made: readonly string[] = [],
): TenantContext {
  const gcp = wants.filter(({ plane }) => plane === 'gcp');
  const named = (kind: string) =>
    gcp.filter((want) => want.kind === kind).map(({ name }) => tail(name) ?? '');
  return {
    tenant,
    project,
    declared: new Set([
      ...gcp.map(({ name }) => name),
      ...made.map((email) => `iam.googleapis.com/projects/${project}/serviceAccounts/${email}`),
    ]),
    network: named('network')[0] ?? '',
    clusters: [...new Set(named('cluster'))],
  };
}

/** An asset as far as {@link Survey} makes use of it. A firewall rule is told in its own words, so it is kept whole. */
export const briefly = (asset: Asset): Asset => {
  const { assetType, data = null } = asset;
  return { ...asset, data: assetType === FIREWALL ? data : evidenceIn(data) };
};

export type Standing = 'declared' | 'platform' | 'unexplained';

/** Where one asset of the tenant's project stands. Called once per asset of a fleet: nothing here is built anew. */
export function classify({ name, assetType, data = null }: Asset, context: TenantContext): Standing {
  if (context.declared.has(name)) return 'declared';
  const last = name.slice(name.lastIndexOf('/') + 1);
  // The inventory names accounts by number as well.
  if (assetType === ACCOUNT && isDeclaredAccount(data, context)) return 'declared';
  return ruleFor(assetType, last, data, context) === undefined ? 'unexplained' : 'platform';
}

const isDeclaredAccount = (data: Json, { declared, project }: TenantContext): boolean =>
  declared.has(`iam.googleapis.com/projects/${project}/serviceAccounts/${textAt(data, 'email') ?? ''}`);

/** A firewall rule in the tenant's network that nobody declared: the network is the record's as a whole. */
export interface Stray {
  readonly name: string;
  readonly data: Json;
}

interface Tally {
  readonly context: TenantContext;
  declared: number;
  platform: number;
  unexplained: number;
  readonly listed: Coverage['unexplained'][number][];
  readonly strays: Stray[];
}

/** What a sweep shows of a fleet, gathered asset by asset. */
export class Survey {
  readonly #tallies = new Map<string, Tally>();
  readonly #byTenant = new Map<string, Tally>();
  /** Project numbers, learned from assets that tell number and id; buckets are named without either. */
  readonly #numbers = new Map<string, Tally>();
  #homeless: Asset[] = [];
  #whole = false;

  constructor(contexts: Iterable<TenantContext>) {
    for (const context of contexts) {
      const tally: Tally = { context, declared: 0, platform: 0, unexplained: 0, listed: [], strays: [] };
      this.#tallies.set(context.project, tally);
      this.#byTenant.set(context.tenant, tally);
    }
  }

  /** Takes notice of one asset; those of other projects are passed over. */
  see(asset: Asset): void {
    const project = projectIn(asset.name);
    if (project === undefined) {
      // A fleet may have very many: nothing of them is kept that no rule asks for.
      this.#homeless.push({ ...asset, data: null });
      return;
    }
    const tally = this.#tallies.get(project);
    if (tally === undefined) return;
    if (asset.project !== null && !this.#numbers.has(asset.project)) this.#numbers.set(asset.project, tally);
    count(tally, asset);
  }

  /** The sweep has come to its end: only now may anything be said about what it did not show. */
  done(): void {
    for (const asset of this.#homeless) {
      const tally = asset.project === null ? undefined : this.#numbers.get(asset.project);
      if (tally !== undefined) count(tally, asset);
    }
    this.#homeless = [];
    this.#whole = true;
  }

  /** Null where the inventory could not be read to its end, or the tenant was not asked about. */
  coverageOf(tenant: string): Coverage | null {
    const tally = this.#byTenant.get(tenant);
    if (!this.#whole || tally === undefined) return null;
    const { declared, platform, unexplained, listed } = tally;
    return { declared, platform, unexplained: [...listed], more: unexplained - listed.length };
  }

  /** The owning API has shown that it is not there any more. */
  forget(tenant: string, stray: Stray): void {
    const tally = this.#byTenant.get(tenant);
    if (tally === undefined) return;
    tally.unexplained -= 1;
    remove(tally.listed, stray.name);
    remove(tally.strays, stray.name);
  }

  /** Firewall rules in the tenant's network that nobody declared, the first by name. */
  straysOf(tenant: string): readonly Stray[] {
    return this.#whole ? (this.#byTenant.get(tenant)?.strays ?? []) : [];
  }
}

function count(tally: Tally, asset: Asset): void {
  const standing = classify(asset, tally.context);
  tally[standing] += 1;
  if (standing !== 'unexplained') return;
  const { name, assetType, data = null } = asset;
  insert(tally.listed, { name, assetType }, MOST_LISTED);
  const inside = assetType === FIREWALL && tail(textAt(data, 'network')) === tally.context.network;
  if (inside) insert(tally.strays, { name, data }, MOST_STRAYS);
}

/** Keeps the first by name, in order, so that two sweeps of one world keep the same ones. */
function insert<T extends { readonly name: string }>(kept: T[], entry: T, most: number): void {
  const last = kept.at(-1);
  if (kept.length >= most && last !== undefined && last.name <= entry.name) return;
  const at = kept.findIndex(({ name }) => name > entry.name);
  kept.splice(at < 0 ? kept.length : at, 0, entry);
  if (kept.length > most) kept.pop();
}

function remove(kept: { readonly name: string }[], name: string): void {
  const at = kept.findIndex((entry) => entry.name === name);
  if (at >= 0) kept.splice(at, 1);
}

const MARK = '/projects/';

/** `p` of `compute.googleapis.com/projects/p/global/networks/n`; undefined for names without a project. */
function projectIn(name: string): string | undefined {
  const from = name.indexOf(MARK);
  if (from < 0) return undefined;
  const start = from + MARK.length;
  const end = name.indexOf('/', start);
  return end < 0 ? name.slice(start) : name.slice(start, end);
}
