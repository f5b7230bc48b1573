/**
 * What a flow meets: a Spanner that knows two tables and a Cloud Build whose builds end as a test says. Each can be told
 * to fail. They are services of the local cloud, so whoever serves them decides how they are reached.
 */
import { ApiError } from '../../local-cloud/core/errors.ts';
import type { Call, Handler, Method, Service } from '../../local-cloud/core/service.ts';
import type { Json } from '../../reconciler/model.ts';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';

export type Row = Record<string, unknown>;
type Tables = Record<'Ledger' | 'Executions', Map<string, Row>>;

/** How a build ends: what its step writes, or that it fails with these words. */
type Ending =
  | { readonly output: Json }
  | { readonly error: string }
  | { readonly status: string; readonly statusDetail?: string };

export interface FakeBuild {
  readonly id: string;
  readonly location: string;
  readonly project: string;
  readonly body: Record<string, unknown> & { tags: string[]; steps: { args: string[]; env: string[] }[] };
  polls: number;
}

export interface Fakes {
  readonly tables: Tables;
  /** Every value `Ledger.status` was given, in order. */
  readonly statuses: unknown[];
  readonly builds: FakeBuild[];
  readonly sessions: Set<string>;
  /** Ids of the transactions that were begun and neither committed nor rolled back. */
  readonly transactions: Set<string>;
  /** By program and action, e.g. `terraform apply`. */
  readonly endings: Map<string, Ending>;
  /** Called at every call, before (`in`) and after (`out`) it has its effect; may throw, may change the world. */
  disturb: (method: string, moment: 'in' | 'out') => void;
}

const SUCCESSES: readonly (readonly [string, Json])[] = [
  ['terraform apply', { outputs: { cluster_endpoint: 'gke.example', cluster_name: 'acme' }, changes: {} }],
  ['terraform plan-refresh', { drift: [{ address: 'x.a', type: 'x', path: 'p', before: 1, after: 2, action: 'update' }], omitted: 0, checkedAt: '2026-01-01T00:00:00Z' }],
  ['terraform destroy', { changes: {} }],
  ['build-image build', { digest: 'sha256:new', image: 'i@sha256:new', revision: 'c0ffee' }],
  ['deploy apply', { address: '10.0.0.9', url: 'http://10.0.0.9', kubeconfigRef: 'gs://state/kubeconfig.json', image: 'i' }],
  ['deploy remove', { namespace: 'web' }],
  ['health-check ask', { healthy: true, code: 200, url: 'http://10.0.0.9/health', reason: 'answered 200 OK', checkedAt: '2026-01-02T03:04:05Z' }],
  ['cleanup objects', { deleted: 3, left: [] }],
]; // prettier-ignore

export const newFakes = (): Fakes => ({
  tables: { Ledger: new Map(), Executions: new Map() },
  statuses: [],
  builds: [],
  sessions: new Set(),
  transactions: new Set(),
  endings: new Map<string, Ending>(SUCCESSES.map(([name, output]) => [name, { output }])),
  disturb: () => undefined,
});

/** Spanner and Cloud Build as services over these fakes. */
export function servicesOf(fakes: Fakes): readonly Service[] {
  const around =
    (id: string, handler: Handler): Handler =>
    async (call) => {
      fakes.disturb(id, 'in');
      const answer: unknown = await handler(call);
      fakes.disturb(id, 'out');
      return answer;
    };
  const service = (
    name: string,
    methods: readonly (readonly [string, Method['http'], string, Handler])[],
  ): Service => ({
    name,
    title: name,
    host: `${name}.googleapis.com`,
    methods: methods.map(([id, http, path, handler]) => ({
      id,
      http,
      path,
      source: { kind: 'assumed', from: 'a test' },
      handler: around(id, handler),
    })),
  });
  return [service('spanner', spanner(fakes)), service('cloudbuild', cloudBuild(fakes))];
}

/** Rows as the launch protocol leaves them: the intent's row, and the fence that names it. */
export function openIntent({ tables }: Fakes, { tenant, intent }: ExecutionArgument, ledger: Row = {}): void {
  tables.Ledger.set(tenant, { name: tenant, fence: intent, ...ledger });
  tables.Executions.set(`${tenant}/${intent}`, { name: tenant, intent, state: 'LAUNCHED' });
}

/** Another intent gets the fence; Spanner aborts the transactions that have read it. */
export function takeOver({ tables, transactions }: Fakes, tenant: string, intent: string): void {
  tables.Ledger.set(tenant, { ...tables.Ledger.get(tenant), fence: intent });
  transactions.clear();
}

export const inputOf = ({ body }: FakeBuild): unknown =>
  JSON.parse(Buffer.from(body.steps[0]!.env[0]!.replace('PLUMBLINE_INPUT=', ''), 'base64').toString());

export const programOf = ({ body }: FakeBuild): string => body.steps[0]!.args.join(' ');

function spanner({ tables, statuses, sessions, transactions }: Fakes) {
  let count = 0;
  const session = (call: Call) => {
    if (!sessions.has(call.param('session'))) throw new ApiError('NOT_FOUND', 'Session not found');
  };
  const of = (table: unknown) => tables[table as keyof Tables];
  const create: Handler = (call) => {
    const name = `${call.param('database')}/sessions/${++count}`;
    sessions.add(name);
    return { name };
  };
  const begin: Handler = (call) => {
    session(call);
    const id = Buffer.from(String(++count)).toString('base64');
    transactions.add(id);
    return { id };
  };
  /** Of the transaction that the call names, which must be open. */
  const end = (id: string) => {
    if (!transactions.delete(id)) throw new ApiError('ABORTED', 'The transaction has ended');
  };
  const rollback: Handler = (call) => {
    session(call);
    end((call.json() as { transactionId: string }).transactionId);
    return {};
  };
  const read: Handler = (call) => {
    session(call);
    const { table, columns, keySet } = call.json() as {
      table: string;
      columns: string[];
      keySet: { keys: string[][] };
    };
    const rows = keySet.keys.map((key) => of(table).get(key.join('/'))).filter((row) => row !== undefined);
    const values = rows.map((row) => columns.map((column) => row[column] ?? null));
    return { metadata: {}, ...(values.length > 0 && { rows: values }) };
  };
  const commit: Handler = (call) => {
    session(call);
    const { mutations, transactionId } = call.json() as {
      transactionId: string;
      mutations: { update: { table: string; columns: string[]; values: unknown[][] } }[];
    };
    end(transactionId);
    for (const { update } of mutations) {
      const row = Object.fromEntries(update.columns.map((column, i) => [column, update.values[0]?.[i]]));
      const key = update.table === 'Ledger' ? [row['name']] : [row['name'], row['intent']];
      const had = of(update.table).get(key.join('/'));
      if (had === undefined) throw new ApiError('NOT_FOUND', `Row ${JSON.stringify(key)} is missing`);
      Object.assign(had, row);
      if (row['status'] !== undefined) statuses.push(row['status']);
    }
    return { commitTimestamp: '2026-01-02T03:04:05Z' };
  };
  return [
    ['sessions.create', 'POST', '/v1/{database=**}/sessions', create],
    ['beginTransaction', 'POST', '/v1/{session=**}:beginTransaction', begin],
    ['read', 'POST', '/v1/{session=**}:read', read],
    ['commit', 'POST', '/v1/{session=**}:commit', commit],
    ['rollback', 'POST', '/v1/{session=**}:rollback', rollback],
    [
      'sessions.delete',
      'DELETE',
      '/v1/{session=**}',
      (call: Call) => (sessions.delete(call.param('session')), {}),
    ],
  ] as const;
}

function cloudBuild({ builds, endings }: Fakes) {
  const PARENT = '/v1/projects/{project}/locations/{location}/builds';
  const stateOf = (build: FakeBuild): Row => {
    const common = { ...build.body, id: build.id, logUrl: `https://log/${build.id}` };
    const ending = endings.get(programOf(build)) ?? { status: 'INTERNAL_ERROR' };
    if (build.polls < 2) return { ...common, status: build.polls === 0 ? 'QUEUED' : 'WORKING' };
    if ('status' in ending) return { ...common, ...ending };
    const output = Buffer.from(JSON.stringify('output' in ending ? ending.output : ending)).toString(
      'base64',
    );
    return {
      ...common,
      status: 'output' in ending ? 'SUCCESS' : 'FAILURE',
      results: { buildStepOutputs: [output] },
    };
  };
  const create: Handler = (call) => {
    const body = call.json() as FakeBuild['body'];
    const id = `build-${builds.length + 1}`;
    const build = { id, project: call.param('project'), location: call.param('location'), body, polls: 0 };
    builds.push(build);
    return { name: `operations/${id}`, metadata: { build: stateOf(build) } };
  };
  const list: Handler = (call) => {
    const [, tag] = /^tags="(.+)"$/.exec(call.query.get('filter') ?? '') ?? [];
    const found = builds.filter(({ body }) => body.tags.includes(tag ?? ''));
    // As the service: none asked for is a hundred.
    return { builds: found.slice(0, Number(call.query.get('pageSize')) || 100).map(stateOf) };
  };
  const get: Handler = (call) => {
    const build = builds.find(({ id }) => id === call.param('id'));
    if (build === undefined) throw new ApiError('NOT_FOUND', 'no such build');
    build.polls++;
    return stateOf(build);
  };
  return [
    ['builds.create', 'POST', PARENT, create],
    ['builds.list', 'GET', PARENT, list],
    ['builds.get', 'GET', `${PARENT}/{id}`, get],
  ] as const;
}
