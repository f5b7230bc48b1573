/**
 * What a flow meets, over the wire: the local Workflows engine runs the deployed text, and beside it stand a Spanner
 * that knows two tables and a Cloud Build whose builds end as a test says. Each can be told to fail.
 */
import { workflowExecutionsService } from '../../local-cloud/workflows/rest/executions.ts';
import { workflowsService } from '../../local-cloud/workflows/rest/workflows.ts';
import { ApiError } from '../../local-cloud/core/errors.ts';
import type { Call, Handler, Method, Service } from '../../local-cloud/core/service.ts';
import type { Flow, Json } from '../../reconciler/model.ts';
import { compile } from '../../workflow-defs/compile.ts';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';
import { bareCloud, type BareCloud } from '../support/bare-cloud.ts';
import { PLATFORM } from './platform.ts';

type Row = Record<string, unknown>;
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

export interface World {
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
  /** Deploys the flow's definition and runs it to its end. */
  run(flow: Flow, argument: ExecutionArgument): Promise<{ state: unknown; result: unknown; error: string }>;
  close(): Promise<void>;
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

export async function openWorld(): Promise<World> {
  const state = {
    tables: { Ledger: new Map<string, Row>(), Executions: new Map<string, Row>() },
    statuses: [] as unknown[],
    builds: [] as FakeBuild[],
    sessions: new Set<string>(),
    transactions: new Set<string>(),
    endings: new Map<string, Ending>(SUCCESSES.map(([name, output]) => [name, { output }])),
    disturb: (() => undefined) as World['disturb'],
  };
  const around =
    (id: string, handler: Handler): Handler =>
    async (call) => {
      world.disturb(id, 'in');
      const answer: unknown = await handler(call);
      world.disturb(id, 'out');
      return answer;
    };
  const service = (name: string, methods: readonly (readonly [string, Method['http'], string, Handler])[]) =>
    (): Service => ({
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
    }); // prettier-ignore
  const bare = await bareCloud(
    [
      workflowsService,
      workflowExecutionsService,
      service('spanner', spanner(state)),
      service('cloudbuild', cloudBuild(state)),
    ],
    { speed: 100_000 },
  );
  const world: World = {
    ...state,
    run: (flow, argument) => runFlow(bare, flow, argument),
    close: () => bare.close(),
  };
  return world;
}

/** Rows as the launch protocol leaves them: the intent's row, and the fence that names it. */
export function openIntent({ tables }: World, { tenant, intent }: ExecutionArgument, ledger: Row = {}): void {
  tables.Ledger.set(tenant, { name: tenant, fence: intent, ...ledger });
  tables.Executions.set(`${tenant}/${intent}`, { name: tenant, intent, state: 'LAUNCHED' });
}

export const inputOf = ({ body }: FakeBuild): unknown =>
  JSON.parse(Buffer.from(body.steps[0]!.env[0]!.replace('PLUMBLINE_INPUT=', ''), 'base64').toString());

export const programOf = ({ body }: FakeBuild): string => body.steps[0]!.args.join(' ');

function spanner({
  tables,
  statuses,
  sessions,
  transactions,
}: Pick<World, 'tables' | 'statuses' | 'sessions' | 'transactions'>) {
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
    if (!transactions.delete(id)) throw new ApiError('FAILED_PRECONDITION', 'The transaction has ended');
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

function cloudBuild({ builds, endings }: Pick<World, 'builds' | 'endings'>) {
  const PARENT = '/v1/projects/{project}/locations/{location}/builds';
  const stateOf = (build: FakeBuild): Row => {
    const common = { id: build.id, tags: build.body.tags, logUrl: `https://log/${build.id}` };
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
    return { builds: builds.filter(({ body }) => body.tags.includes(tag ?? '')).map(stateOf) };
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

/** google.rpc.Code: the same definition was deployed before. */
const ALREADY_EXISTS = 6;

async function runFlow(bare: BareCloud, flow: Flow, argument: ExecutionArgument) {
  const call: BareCloud['call'] = (...request) => bare.call(...request);
  const { name, source } = compile(flow, PLATFORM);
  const parent = `/v1/projects/${PLATFORM.project}/locations/${PLATFORM.region}/workflows`;
  let operation = (
    await call('workflows', 'POST', `${parent}?workflowId=${name}`, { sourceContents: source })
  ).body;
  while (operation['done'] !== true && operation['name'] !== undefined) {
    operation = (await call('workflows', 'GET', `/v1/${operation['name'] as string}`)).body;
  }
  const error = operation['error'] as { code: number } | undefined;
  if (error !== undefined && error.code !== ALREADY_EXISTS) throw new Error(JSON.stringify(error));
  let execution = (
    await call('workflowexecutions', 'POST', `${parent}/${name}/executions`, {
      argument: JSON.stringify(argument),
    })
  ).body;
  while (execution['state'] === 'ACTIVE' || execution['state'] === 'QUEUED') {
    execution = (await call('workflowexecutions', 'GET', `/v1/${execution['name'] as string}`)).body;
  }
  const failure = execution['error'] as { payload: string; context: string } | undefined;
  return {
    state: execution['state'],
    result: JSON.parse((execution['result'] as string | undefined) ?? 'null') as unknown,
    error: failure === undefined ? '' : `${failure.payload} ${failure.context}`,
  };
}
