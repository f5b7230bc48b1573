/** workflowexecutions.googleapis.com: executions, and the callbacks they wait for. */
import type { Cloud } from '../../core/cloud.ts';
import { timestamp } from '../../core/clock.ts';
import { ApiError, notFound } from '../../core/errors.ts';
import type { Call, Handler, Method, Service, Source } from '../../core/service.ts';
import { engineOf, type Engine } from '../engine/engine.ts';
import { durationOf, executionBody, isRunning, type Execution, type View } from '../engine/execution.ts';
import { MAX_ARGUMENT_BYTES } from '../lang/limits.ts';
import { parseJson } from '../run/json.ts';
import { CALL_LOG_LEVELS, enumOf, HISTORY_LEVELS, invalid, labelsOf } from './fields.ts';
import { compileFilter, type FilterField } from './filter.ts';
import { compileOrder, page } from './paging.ts';
import { versioned, WORKFLOW, workflowOf } from './paths.ts';

const PROTO: Source = {
  kind: 'documented',
  from: 'googleapis: google/cloud/workflows/executions/v1/executions.proto',
};
const CALLBACKS: Source = { kind: 'documented', from: 'docs: Workflows, Create callback endpoints' };

const EXECUTIONS = `${WORKFLOW}/executions`;
const EXECUTION = `${EXECUTIONS}/{execution}`;
const CALLBACK_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;
const VIEWS = ['EXECUTION_VIEW_UNSPECIFIED', 'BASIC', 'FULL'];

export function workflowExecutionsService(cloud: Cloud): Service {
  const engine = engineOf(cloud);
  const api = new ExecutionsApi(cloud, engine);
  const method = (
    id: string,
    http: Method['http'],
    path: string,
    handler: Handler,
    source = PROTO,
  ): Method => ({
    id: `workflowexecutions.projects.locations.workflows.executions.${id}`,
    http,
    path,
    source,
    handler: versioned(handler),
  });
  return {
    name: 'workflowexecutions',
    title: 'Workflow Executions',
    host: 'workflowexecutions.googleapis.com',
    methods: [
      method('create', 'POST', EXECUTIONS, (call) => api.create(call)),
      method('list', 'GET', EXECUTIONS, (call) => api.list(call)),
      method('get', 'GET', EXECUTION, (call) => api.get(call)),
      method('cancel', 'POST', `${EXECUTION}:cancel`, (call) => api.cancel(call)),
      method('callbacks.list', 'GET', `${EXECUTION}/callbacks`, (call) => api.callbacks(call), CALLBACKS),
      ...CALLBACK_METHODS.map((http) =>
        method(
          `callbacks.${http.toLowerCase()}`,
          http,
          `${EXECUTION}/callbacks/{callback}`,
          (call) => api.deliver(call),
          CALLBACKS,
        ),
      ),
    ],
    close: async () => engine.executions.stopAll(),
  };
}

type Reader = (execution: Execution) => string | number | undefined;

/** The fields executions can be filtered and ordered by, in cloud milliseconds and seconds. */
function fieldsAt(
  now: number,
): Readonly<Record<string, { kind: FilterField<Execution>['kind']; read: Reader }>> {
  return {
    executionId: { kind: 'text', read: ({ id }) => id },
    state: { kind: 'text', read: ({ state }) => state },
    workflowRevisionId: { kind: 'text', read: ({ revision }) => revision.id },
    stepName: { kind: 'text', read: ({ current }) => current?.step },
    createTime: { kind: 'time', read: ({ created }) => created },
    startTime: { kind: 'time', read: ({ started }) => started },
    endTime: { kind: 'time', read: ({ ended }) => ended },
    duration: { kind: 'seconds', read: (execution) => durationOf(execution, now) },
    disableConcurrencyQuotaOverflowBuffering: {
      kind: 'text',
      read: ({ disableBuffering }) => String(disableBuffering ?? false),
    },
  };
}

class ExecutionsApi {
  readonly #cloud: Cloud;
  readonly #engine: Engine;

  constructor(cloud: Cloud, engine: Engine) {
    this.#cloud = cloud;
    this.#engine = engine;
  }

  create(call: Call): unknown {
    const name = workflowOf(call, this.#engine.projects);
    const revision = this.#engine.definitions.current(name);
    const request = call.json();
    const disable = request['disableConcurrencyQuotaOverflowBuffering'];
    const level = (field: string, names: readonly string[]): string | undefined =>
      enumOf(request[field], names, field) ?? enumOf(revision.body[field], names, field);
    const execution = this.#engine.executions.create(name, revision, {
      argument: argumentOf(request['argument']),
      labels: { ...labelsOf(revision.body['labels']), ...labelsOf(request['labels']) },
      callLogLevel: level('callLogLevel', CALL_LOG_LEVELS),
      historyLevel: level('executionHistoryLevel', HISTORY_LEVELS),
      disableBuffering: typeof disable === 'boolean' ? disable : undefined,
    });
    return this.#body(execution, 'FULL');
  }

  get(call: Call): unknown {
    const view = enumOf(call.query.get('view') ?? undefined, VIEWS, 'view');
    return this.#body(this.#find(call), view === 'BASIC' ? 'BASIC' : 'FULL');
  }

  list(call: Call): unknown {
    const name = workflowOf(call, this.#engine.projects);
    this.#engine.definitions.get(name);
    const view: View =
      enumOf(call.query.get('view') ?? undefined, VIEWS, 'view') === 'FULL' ? 'FULL' : 'BASIC';
    const fields = fieldsAt(this.#cloud.clock.now());
    const matches = compileFilter(call.query.get('filter') ?? '', (field, rest) =>
      lookup(fields, field, rest),
    );
    const all = this.#engine.executions.list(name).filter(matches);
    const orderBy = call.query.get('orderBy') ?? '';
    if (orderBy !== '') {
      const readers = Object.fromEntries(Object.entries(fields).map(([field, { read }]) => [field, read]));
      all.sort(compileOrder<Execution>(orderBy, readers));
    }
    const { items, ...rest } = page(all, ({ id }) => id, call.query, {
      fallback: 100,
      max: view === 'FULL' ? 100 : 1000,
    });
    return { executions: items.map((execution) => this.#body(execution, view)), ...rest };
  }

  cancel(call: Call): unknown {
    const execution = this.#find(call);
    this.#engine.executions.cancel(execution);
    return this.#body(execution, 'FULL');
  }

  callbacks(call: Call): unknown {
    const execution = this.#find(call);
    return {
      callbacks: execution.callbacks.list().map(({ id, waiters, ...callback }) => ({
        name: `${execution.name}/callbacks/${id}`,
        ...callback,
        // int64 in the API, so text.
        waiters: String(waiters),
      })),
    };
  }

  deliver(call: Call): unknown {
    const execution = this.#find(call);
    if (!isRunning(execution)) throw notFound(`Callback of the finished execution ${execution.id}`);
    const headers = Object.entries(call.headers).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    );
    execution.callbacks.deliver(call.param('callback'), {
      method: call.method.http,
      url: call.url.pathname + call.url.search,
      query: Object.fromEntries(call.query),
      headers: Object.fromEntries(headers),
      body: call.body,
      receivedTime: timestamp(this.#cloud.clock.now()),
    });
    return {};
  }

  #find(call: Call): Execution {
    return this.#engine.executions.get(workflowOf(call, this.#engine.projects), call.param('execution'));
  }

  #body(execution: Execution, view: View): unknown {
    return executionBody(execution, view, this.#cloud.clock.now());
  }
}

function lookup(
  fields: ReturnType<typeof fieldsAt>,
  name: string,
  rest: string | undefined,
): FilterField<Execution> | undefined {
  if ((name === 'labels' || name === 'label') && rest !== undefined) {
    return { kind: 'text', read: ({ labels }) => labels[rest] };
  }
  // Google's own clients write executionID in one place and executionId in another.
  const known = Object.keys(fields).find((field) => field.toLowerCase() === name.toLowerCase());
  return rest === undefined && known !== undefined ? fields[known] : undefined;
}

/** No argument is the JSON text `null`. */
function argumentOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'null';
  if (typeof value !== 'string') throw invalid('argument must be a string that holds JSON');
  if (Buffer.byteLength(value) > MAX_ARGUMENT_BYTES) {
    throw new ApiError('INVALID_ARGUMENT', `argument is larger than ${MAX_ARGUMENT_BYTES} bytes`);
  }
  try {
    parseJson(value);
  } catch {
    throw invalid('argument is not valid JSON');
  }
  return value;
}
