/** workflows.googleapis.com: definitions and their long-running operations. */
import type { Cloud } from '../../core/cloud.ts';
import { notFound } from '../../core/errors.ts';
import type { Call, Handler, Method, Service, Source } from '../../core/service.ts';
import type { Body } from '../../core/store.ts';
import { engineOf, type Engine } from '../engine/engine.ts';
import { workflowPath, type WorkflowName } from '../engine/names.ts';
import { changedFields, newFields } from './definition.ts';
import { invalid } from './fields.ts';
import { compileFilter } from './filter.ts';
import type { FilterField } from './filter-test.ts';
import { compileOrder, page } from './paging.ts';
import { LOCATION, locationOf, versioned, WORKFLOW, workflowOf, WORKFLOWS } from './paths.ts';

const PROTO: Source = { kind: 'documented', from: 'googleapis: google/cloud/workflows/v1/workflows.proto' };
const GCLOUD: Source = { kind: 'documented', from: 'what gcloud workflows deploy polls' };

/** Deploying takes a second or two in the cloud; gcloud looks after one. Assumed. */
const DEPLOY_MS = 1000;
const WORKFLOW_ID = /^[a-zA-Z]([a-zA-Z0-9_-]{0,62}[a-zA-Z0-9])?$/;
const TYPE = 'type.googleapis.com/google.cloud.workflows.v1';

export function workflowsService(cloud: Cloud): Service {
  const api = new WorkflowsApi(cloud, engineOf(cloud));
  const method = (
    id: string,
    http: Method['http'],
    path: string,
    handler: Handler,
    source = PROTO,
  ): Method => ({
    id: `workflows.projects.locations.${id}`,
    http,
    path,
    source,
    handler: versioned(handler),
  });
  return {
    name: 'workflows',
    title: 'Workflows',
    host: 'workflows.googleapis.com',
    methods: [
      method('workflows.create', 'POST', WORKFLOWS, (call) => api.create(call)),
      method('workflows.list', 'GET', WORKFLOWS, (call) => api.list(call)),
      method('workflows.listRevisions', 'GET', `${WORKFLOW}:listRevisions`, (call) =>
        api.listRevisions(call),
      ),
      method('workflows.get', 'GET', WORKFLOW, (call) => api.get(call)),
      method('workflows.patch', 'PATCH', WORKFLOW, (call) => api.patch(call)),
      method('workflows.delete', 'DELETE', WORKFLOW, (call) => api.delete(call)),
      method('operations.list', 'GET', `${LOCATION}/operations`, (call) => api.operations(call), GCLOUD),
      method(
        'operations.get',
        'GET',
        `${LOCATION}/operations/{operation}`,
        (call) => api.operation(call),
        GCLOUD,
      ),
      method(
        'operations.delete',
        'DELETE',
        `${LOCATION}/operations/{operation}`,
        (call) => cloud.operations.delete(api.operation(call).name),
        GCLOUD,
      ),
      method('get', 'GET', LOCATION, (call) => locationBody(call, api.location(call).location)),
      method('list', 'GET', '/{version}/projects/{project}/locations', (call) => ({
        locations: LOCATIONS.map((location) => locationBody(call, location)),
      })),
    ],
  };
}

/** Assumed: a few regions stand for all; any other name works as well when it is used. */
const LOCATIONS = ['europe-west1', 'us-central1', 'us-east1'];

const locationBody = (call: Call, location: string) => ({
  name: `projects/${call.param('project')}/locations/${location}`,
  locationId: location,
});

const text = (body: Body, field: string): string | undefined => {
  const value = body[field];
  return typeof value === 'string' ? value : undefined;
};

/** Which fields a list can be filtered and ordered by is not documented: assumed all that hold plain text or times. */
const ORDER: Readonly<Record<string, (body: Body) => string | undefined>> = Object.fromEntries(
  [
    ...['name', 'createTime', 'updateTime', 'revisionCreateTime', 'state', 'revisionId', 'description'],
    ...['serviceAccount', 'callLogLevel', 'executionHistoryLevel', 'cryptoKeyName'],
  ].map((field) => [field, (body: Body) => text(body, field)]),
);
const MAPS = ['labels', 'userEnvVars'];

function filterField(name: string, rest: string | undefined): FilterField<Body> | undefined {
  if (MAPS.includes(name)) {
    const entries = (body: Body) => (body[name] ?? {}) as Record<string, string>;
    if (rest === undefined) return { kind: 'map', read: entries };
    return { kind: 'text', read: (body) => entries(body)[rest] };
  }
  if (rest !== undefined || ORDER[name] === undefined) return undefined;
  if (!name.endsWith('Time')) return { kind: 'text', read: (body) => text(body, name) };
  return { kind: 'time', read: (body) => timeOf(text(body, name)) };
}

const timeOf = (value: string | undefined): number | undefined =>
  value === undefined ? undefined : Date.parse(value);

/** As it is read: with the key's version beside the key. There is no KMS here; the first version stands for all. */
function shown(body: Body): Body {
  const key = text(body, 'cryptoKeyName');
  if (key === undefined) return body;
  const cryptoKeyVersion = `${key}/cryptoKeyVersions/1`;
  return { ...body, cryptoKeyVersion, allKmsKeys: [key], allKmsKeysVersions: [cryptoKeyVersion] };
}

class WorkflowsApi {
  readonly #cloud: Cloud;
  readonly #engine: Engine;

  constructor(cloud: Cloud, engine: Engine) {
    this.#cloud = cloud;
    this.#engine = engine;
  }

  location(call: Call) {
    return locationOf(call, this.#engine.projects);
  }

  create(call: Call): unknown {
    const workflow = call.query.get('workflowId') ?? '';
    if (!WORKFLOW_ID.test(workflow)) {
      throw invalid(
        `workflow ID '${workflow}' must be 1 to 64 letters, digits, '_' or '-', start with a letter and end with a letter or digit`,
      );
    }
    const name = { ...this.location(call), workflow };
    this.#engine.quotas.take('workflows', name);
    const fields = newFields(call.json(), this.#owner(name));
    if (fields['sourceContents'] === undefined) throw invalid('sourceContents is missing');
    return this.#start('create', name, () => workflowBody(this.#engine.definitions.create(name, fields)));
  }

  get(call: Call): unknown {
    const name = this.#counted(call);
    const revisionId = call.query.get('revisionId') ?? '';
    if (revisionId === '') return shown(this.#engine.definitions.get(name));
    const revision = this.#engine.definitions.revisions(name).find(({ id }) => id === revisionId);
    if (revision === undefined) throw notFound(`revision ${revisionId} of workflow ${workflowPath(name)}`);
    return shown(revision.body);
  }

  list(call: Call): unknown {
    const { project, location } = this.location(call);
    this.#engine.quotas.take('workflows', { project, location });
    const matches = compileFilter(call.query.get('filter') ?? '', filterField);
    const order = compileOrder(call.query.get('orderBy') || 'name', ORDER);
    const all = this.#engine.definitions.list(project, location).filter(matches).sort(order);
    const { items, ...rest } = page(all, (body) => text(body, 'name') ?? '', call.query, {
      fallback: 500,
      max: 1000,
    });
    return { workflows: items.map(shown), ...rest };
  }

  listRevisions(call: Call): unknown {
    const all = this.#engine.definitions.revisions(this.#counted(call));
    const { items, ...rest } = page(all, ({ id }) => id, call.query, { fallback: 20, max: 100 });
    return { workflows: items.map(({ body }) => shown(body)), ...rest };
  }

  patch(call: Call): unknown {
    const name = this.#counted(call);
    this.#engine.definitions.get(name);
    const { set, unset } = changedFields(call.json(), call.query.get('updateMask'), this.#owner(name));
    return this.#start('update', name, () => workflowBody(this.#engine.definitions.update(name, set, unset)));
  }

  delete(call: Call): unknown {
    const name = this.#counted(call);
    this.#engine.definitions.get(name);
    return this.#start('delete', name, () => {
      this.#engine.executions.removeAll(name);
      this.#engine.definitions.delete(name);
      return { '@type': 'type.googleapis.com/google.protobuf.Empty' };
    });
  }

  operation(call: Call) {
    const { project, location } = this.location(call);
    return this.#cloud.operations.get(
      `projects/${project}/locations/${location}/operations/${call.param('operation')}`,
    );
  }

  operations(call: Call): unknown {
    const { project, location } = this.location(call);
    const all = this.#cloud.operations
      .list(`projects/${project}/locations/${location}`)
      // One operations table serves all services; the others' are not ours to show.
      .filter(({ metadata }) => metadata['@type'] === `${TYPE}.OperationMetadata`);
    const { items, ...rest } = page(all, ({ name }) => name, call.query, { fallback: 100, max: 1000 });
    return { operations: items, ...rest };
  }

  /** The workflow a call names, counted against the quota of definition requests; operations are not (assumed). */
  #counted(call: Call): WorkflowName {
    const name = workflowOf(call, this.#engine.projects);
    this.#engine.quotas.take('workflows', name);
    return name;
  }

  #owner({ project }: WorkflowName) {
    return { project, projectNumber: this.#engine.projects.numberOf(project) };
  }

  #start(verb: string, name: WorkflowName, run: () => unknown): unknown {
    const { project, location } = name;
    return this.#cloud.operations.start({
      parent: `projects/${project}/locations/${location}`,
      metadataType: `${TYPE}.OperationMetadata`,
      metadata: { target: workflowPath(name), verb, apiVersion: 'v1' },
      delayMs: DEPLOY_MS,
      run,
    });
  }
}

const workflowBody = (body: Body) => ({ '@type': `${TYPE}.Workflow`, ...shown(body) });
