/** workflowexecutions.googleapis.com: executions, their history, and the callbacks they wait for. */
import type { Cloud } from '../../core/cloud.ts';
import type { Call, Handler, Method, Service, Source } from '../../core/service.ts';
import { engineOf, type Engine } from '../engine/engine.ts';
import { executionBody, type Execution, type View } from '../engine/execution.ts';
import type { RateName } from '../engine/quotas.ts';
import { deliverCallback, listCallbacks } from './callbacks.ts';
import { chosenExecutions } from './execution-list.ts';
import { executionRequest } from './execution-request.ts';
import { enumOf, knownFields } from './fields.ts';
import { page } from './paging.ts';
import { versioned, WORKFLOW, workflowOf } from './paths.ts';
import { pubsubArgument } from './pubsub.ts';
import { exportedData, getStepEntry, listStepEntries } from './step-entries.ts';

const PROTO: Source = {
  kind: 'documented',
  from: 'googleapis: google/cloud/workflows/executions/v1/executions.proto',
};
const CALLBACKS: Source = { kind: 'documented', from: 'docs: Workflows, Create callback endpoints' };
const REFERENCE: Source = { kind: 'documented', from: 'workflowexecutions v1 REST reference' };

const EXECUTIONS = `${WORKFLOW}/executions`;
const EXECUTION = `${EXECUTIONS}/{execution}`;
const CALLBACK_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;
const VIEWS = ['EXECUTION_VIEW_UNSPECIFIED', 'BASIC', 'FULL'];
const MAX_PAGE: Readonly<Record<View, number>> = { BASIC: 1000, FULL: 100 };
const TRIGGER_FIELDS = ['GCPCloudEventsMode', 'deliveryAttempt', 'message', 'subscription'];

export function workflowExecutionsService(cloud: Cloud): Service {
  const engine = engineOf(cloud);
  const api = new ExecutionsApi(cloud, engine);
  const method = (
    id: string,
    http: Method['http'],
    path: string,
    handler: Handler,
    source = REFERENCE,
  ): Method => ({
    id: `workflowexecutions.projects.locations.workflows.${id}`,
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
      method('executions.create', 'POST', EXECUTIONS, (call) => api.create(call), PROTO),
      method('executions.list', 'GET', EXECUTIONS, (call) => api.list(call), PROTO),
      method('executions.get', 'GET', EXECUTION, (call) => api.get(call), PROTO),
      method('executions.cancel', 'POST', `${EXECUTION}:cancel`, (call) => api.cancel(call), PROTO),
      method('executions.exportData', 'GET', `${EXECUTION}:exportData`, (call) => api.exportData(call)),
      method('executions.deleteExecutionHistory', 'POST', `${EXECUTION}:deleteExecutionHistory`, (call) =>
        api.deleteHistory(call),
      ),
      method('executions.stepEntries.list', 'GET', `${EXECUTION}/stepEntries`, (call) =>
        listStepEntries(api.read(call, 'executionLists'), call),
      ),
      method('executions.stepEntries.get', 'GET', `${EXECUTION}/stepEntries/{entry}`, (call) =>
        getStepEntry(api.read(call, 'executionGets'), call),
      ),
      method('triggerPubsubExecution', 'POST', `${WORKFLOW}:triggerPubsubExecution`, (call) =>
        api.trigger(call),
      ),
      method('executions.callbacks.list', 'GET', `${EXECUTION}/callbacks`, (call) =>
        listCallbacks(api.read(call, 'executionLists'), call),
      ),
      ...CALLBACK_METHODS.map((http) =>
        method(
          `executions.callbacks.${http.toLowerCase()}`,
          http,
          `${EXECUTION}/callbacks/{callback}`,
          (call) => deliverCallback(api.find(call), call, cloud.clock.now()),
          CALLBACKS,
        ),
      ),
    ],
    close: async () => engine.executions.stopAll(),
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
    return this.#start(call, call.json());
  }

  /** What Eventarc sends for a Pub/Sub message. */
  trigger(call: Call): unknown {
    const request = knownFields(call.json(), TRIGGER_FIELDS);
    return this.#start(call, { argument: pubsubArgument(request, this.#cloud.clock.now()) });
  }

  get(call: Call): unknown {
    const view = enumOf(call.query.get('view') ?? undefined, VIEWS, 'view');
    return this.#body(this.read(call, 'executionGets'), view === 'BASIC' ? 'BASIC' : 'FULL');
  }

  list(call: Call): unknown {
    const name = workflowOf(call, this.#engine.projects);
    this.#engine.quotas.take('executionLists', name);
    this.#engine.definitions.get(name);
    const view: View =
      enumOf(call.query.get('view') ?? undefined, VIEWS, 'view') === 'FULL' ? 'FULL' : 'BASIC';
    const text = (key: string) => call.query.get(key) ?? '';
    const chosen = chosenExecutions(
      this.#engine.executions.list(name),
      { filter: text('filter'), orderBy: text('orderBy') },
      this.#cloud.clock.now(),
    );
    const { items, ...rest } = page(chosen, ({ id }) => id, call.query, {
      fallback: 100,
      max: MAX_PAGE[view],
    });
    return { executions: items.map((execution) => this.#body(execution, view)), ...rest };
  }

  cancel(call: Call): unknown {
    const execution = this.read(call, 'executionWrites');
    this.#engine.executions.cancel(execution);
    return this.#body(execution, 'FULL');
  }

  exportData(call: Call): unknown {
    return { data: exportedData(this.read(call, 'executionGets'), this.#cloud.clock.now()) };
  }

  deleteHistory(call: Call): unknown {
    this.#engine.executions.deleteHistory(this.read(call, 'executionWrites'));
    return {};
  }

  /** The execution a call names, counted against a quota. Which quota the methods beyond gRPC use is assumed. */
  read(call: Call, rate: RateName): Execution {
    this.#engine.quotas.take(rate, workflowOf(call, this.#engine.projects));
    return this.find(call);
  }

  find(call: Call): Execution {
    return this.#engine.executions.get(workflowOf(call, this.#engine.projects), call.param('execution'));
  }

  #start(call: Call, request: Record<string, unknown>): unknown {
    const name = workflowOf(call, this.#engine.projects);
    this.#engine.quotas.take('executionWrites', name);
    const revision = this.#engine.definitions.current(name);
    const execution = this.#engine.executions.create(name, revision, executionRequest(request, revision));
    return this.#body(execution, 'FULL');
  }

  #body(execution: Execution, view: View): unknown {
    return executionBody(execution, view, this.#cloud.clock.now());
  }
}
