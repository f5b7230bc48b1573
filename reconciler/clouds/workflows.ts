/**
 * Workflow definitions by REST (the Node client has dropped that half of the API) and executions by Google's own
 * ExecutionsClient, in its REST mode so that production and the local cloud meet the same errors.
 */
import type { ExecutionsClient, protos } from '@google-cloud/workflows';
import { describe } from '../error-text.ts';
import { listAt, textAt } from '../json.ts';
import type { Json, Platform } from '../model.ts';
import {
  CloudError,
  type Clock,
  type Definition,
  type Deployed,
  type Execution,
  type Workflows,
} from '../ports.ts';
import type { TokenSource } from './auth.ts';
import type { Endpoints } from './endpoints.ts';
import { kindOfStatus, type Rest } from './rest.ts';

export interface WorkflowsOptions {
  readonly rest: Rest;
  readonly endpoints: Endpoints;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly platform: Platform;
}

/** How long a definition may take to deploy; the service needs seconds. */
const DEPLOY_DEADLINE_MS = 120_000;
const POLL_MS = 250;

const OURS = { 'managed-by': 'plumbline' };
/** Unix seconds: values of labels know no colons and no capitals. */
const CONDEMNED = 'plumbline-condemned';

export function workflowsOf(options: WorkflowsOptions): Workflows {
  const { platform } = options;
  const parent = `projects/${platform.project}/locations/${platform.region}`;
  const deployed = new Map<string, Promise<{ revision: string; created: boolean }>>();
  let client: Promise<ExecutionsClient> | undefined;
  const executions = () => (client ??= connect(options));
  return {
    ensure: (definition) => {
      // Once per process and definition: a pass launches many tenants of one shape.
      const found = deployed.get(definition.name);
      if (found) return found.then((result) => ({ ...result, created: false }));
      const made = ensure(options, parent, definition);
      deployed.set(definition.name, made);
      made.catch(() => deployed.delete(definition.name));
      return made;
    },
    execute: async ({ workflow, argument, labels }) =>
      guard(`create an execution of ${workflow}`, async () => {
        const [execution] = await (
          await executions()
        ).createExecution({
          parent: `${parent}/workflows/${workflow}`,
          execution: { argument: JSON.stringify(argument), labels: { ...labels } },
        });
        return executionOf(execution);
      }),
    find: async (workflow, labels) =>
      guard(`list executions of ${workflow}`, async () => {
        const filter = Object.entries(labels)
          .map(([key, value]) => `labels.${key}="${value}"`)
          .join(' AND ');
        const request = { parent: `${parent}/workflows/${workflow}`, filter };
        const [found] = await (await executions()).listExecutions(request);
        return found.map(executionOf);
      }).catch(unlessAbsent<Execution[]>([])),
    get: async (name) =>
      guard(`get execution ${name}`, async () => {
        const [execution] = await (await executions()).getExecution({ name });
        return executionOf(execution);
      }).catch(unlessAbsent<Execution | undefined>(undefined)),
    lastUse: async (workflow) =>
      guard(`list executions of ${workflow}`, async () => {
        const client = await executions();
        // The service tells the newest first; one of each is enough.
        const newest = async (filter: string) => {
          const request = { parent: `${parent}/workflows/${workflow}`, filter, pageSize: 1 };
          const [found] = await client.listExecutions(request, { autoPaginate: false });
          return found.at(0);
        };
        const open = (await newest('state="ACTIVE"')) ?? (await newest('state="QUEUED"'));
        const seconds = (await newest(''))?.startTime?.seconds;
        return {
          open: open !== undefined,
          at: seconds == null ? null : new Date(Number(seconds) * 1000).toISOString(),
        };
      }),
    ...definitionsOf(options, parent, (name) => deployed.delete(name)),
  };
}

/** The definitions themselves. `forget` drops what `ensure` remembers of one. */
function definitionsOf(
  { rest, clock }: WorkflowsOptions,
  parent: string,
  forget: (name: string) => void,
): Pick<Workflows, 'list' | 'standing' | 'condemn' | 'remove'> {
  const pathOf = (name: string) => `/v1/${parent}/workflows/${name}`;
  return {
    list: async () => {
      const found: Deployed[] = [];
      let token = '';
      do {
        const path = `/v1/${parent}/workflows?pageSize=500&pageToken=${encodeURIComponent(token)}`;
        const page = await rest.request({ service: 'workflows', path });
        found.push(...listAt(page, 'workflows').filter(isOurs).map(deployedOf));
        token = textAt(page, 'nextPageToken') ?? '';
      } while (token !== '');
      return found;
    },
    standing: async (name) => {
      const found = await rest
        .request({ service: 'workflows', path: pathOf(name) })
        .catch(unlessAbsent<Json>(null));
      if (found !== null) return deployedOf(found);
      forget(name);
      return undefined;
    },
    condemn: async (name, at) => {
      const operation = await rest.request({
        service: 'workflows',
        method: 'PATCH',
        path: `${pathOf(name)}?updateMask=labels`,
        body: { labels: { ...OURS, [CONDEMNED]: String(Math.floor(at.getTime() / 1000)) } },
        safeToRepeat: true,
      });
      await finish(rest, clock, operation, name);
    },
    remove: async (name) => {
      forget(name);
      const request = { service: 'workflows', method: 'DELETE', path: pathOf(name) } as const;
      const operation = await rest.request(request).catch(unlessAbsent<Json>(null));
      if (operation !== null) await finish(rest, clock, operation, name);
    },
  };
}

const isOurs = (workflow: Json): boolean => textAt(workflow, 'labels', 'managed-by') === OURS['managed-by'];

function deployedOf(workflow: Json): Deployed {
  const condemned = textAt(workflow, 'labels', CONDEMNED);
  return {
    name: textAt(workflow, 'name')?.split('/').at(-1) ?? '',
    deployedAt: textAt(workflow, 'revisionCreateTime') ?? '',
    condemnedAt: condemned === null ? null : new Date(Number(condemned) * 1000).toISOString(),
  };
}

const unlessAbsent =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof CloudError && error.kind === 'not-found') return instead;
    throw error;
  };

/** The name is the hash of the text, so a definition that stands needs no second look at its text. */
async function ensure(
  { rest, clock, platform }: WorkflowsOptions,
  parent: string,
  { name, source }: Definition,
): Promise<{ revision: string; created: boolean }> {
  const path = `/v1/${parent}/workflows/${name}`;
  try {
    return {
      revision: revisionOf(await rest.request({ service: 'workflows', path }), source, name),
      created: false,
    };
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind !== 'not-found') throw error;
  }
  const body = {
    sourceContents: source,
    description:
      'Generated by Plumbline; the name is the hash of the text. Do not edit: a changed text is refused.',
    serviceAccount: `projects/${platform.project}/serviceAccounts/${platform.workflowIdentity}`,
    callLogLevel: 'LOG_ERRORS_ONLY',
    labels: OURS,
  };
  try {
    const operation = await rest.request({
      service: 'workflows',
      method: 'POST',
      path: `/v1/${parent}/workflows?workflowId=${name}`,
      body,
      // A second create of the same id is refused, never a second workflow.
      safeToRepeat: true,
    });
    await finish(rest, clock, operation, name);
  } catch (error) {
    // Another task deployed the same shape at the same moment: it is the same text.
    if (!(error instanceof CloudError) || error.kind !== 'conflict') throw error;
  }
  return {
    revision: revisionOf(await rest.request({ service: 'workflows', path }), source, name),
    created: true,
  };
}

function revisionOf(workflow: Json, source: string, name: string): string {
  if (textAt(workflow, 'sourceContents') !== source) {
    throw new CloudError(
      'invalid',
      `workflow ${name} does not hold the text its name stands for: somebody edited it. Delete it, and the next pass deploys it again`,
    );
  }
  return textAt(workflow, 'revisionId') ?? '';
}

async function finish(rest: Rest, clock: Clock, operation: Json, name: string): Promise<void> {
  const operationName = textAt(operation, 'name') ?? '';
  for (let waited = 0, state = operation; ; waited += POLL_MS) {
    const error = textAt(state, 'error', 'message');
    if (error !== null) throw new CloudError('invalid', `workflow ${name} was refused: ${error}`);
    if (typeof state === 'object' && state !== null && 'done' in state && state['done'] === true) return;
    if (waited > DEPLOY_DEADLINE_MS)
      throw new CloudError('unavailable', `workflow ${name} is not deployed after ${waited / 1000} s`);
    await clock.sleep(POLL_MS);
    state = await rest.request({ service: 'workflows', path: `/v1/${operationName}` });
  }
}

async function connect({ endpoints, tokens, platform }: WorkflowsOptions): Promise<ExecutionsClient> {
  const { ExecutionsClient } = await import('@google-cloud/workflows');
  const { protocol, hostname, port } = new URL(endpoints.workflowexecutions);
  const client = new ExecutionsClient({
    fallback: true,
    protocol: protocol.replace(':', ''),
    apiEndpoint: hostname,
    port: port === '' ? 443 : Number(port),
    // The types of two copies of google-auth-library differ in private members only.
    authClient: (await tokens.client()) as never,
    projectId: platform.project,
  });
  await client.initialize();
  return client;
}

/** gax in REST mode throws with HTTP numbers; here they become the one vocabulary. */
async function guard<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof CloudError) throw error;
    const status = httpStatusOf(error);
    const kind = status === null ? 'unavailable' : kindOfStatus(status);
    throw new CloudError(kind, `could not ${what}: ${messageOf(error)}`, {
      httpStatus: status,
      cause: error,
    });
  }
}

function httpStatusOf(error: unknown): number | null {
  const code = (error as { code?: unknown } | null)?.code;
  const number = typeof code === 'string' ? Number(code) : code;
  return typeof number === 'number' && number >= 100 && number < 600 ? number : null;
}

/** The message of a REST error is the raw body. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  try {
    return textAt(JSON.parse(text) as Json, 'error', 'message') ?? describe(error);
  } catch {
    return describe(error);
  }
}

function executionOf(execution: protos.google.cloud.workflows.executions.v1.IExecution): Execution {
  const result = execution.result;
  return {
    name: execution.name ?? '',
    state: (execution.state ?? 'UNAVAILABLE') as Execution['state'],
    workflowRevisionId: execution.workflowRevisionId ?? '',
    error: execution.error?.context ?? execution.error?.payload ?? null,
    result: result == null || result === '' ? null : (JSON.parse(result) as Json),
  };
}
