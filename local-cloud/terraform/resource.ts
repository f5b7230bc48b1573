/** The life of one resource: read, create, update, delete and import, the same for every model. */
import type { Cloud } from '../core/cloud.ts';
import { ApiError, notFound } from '../core/errors.ts';
import type { Body } from '../core/store.ts';
import { callApi, type ApiCall, type Caller } from './api.ts';
import { announce, type Announced } from './audit.ts';
import { readState, writeBody, type Identity } from './mapping.ts';
import type { Methods, Model, ProviderSettings } from './model.ts';
import { planResource, type Plan } from './plan.ts';
import { conform, type Schema } from './schema.ts';
import { isObject, UNKNOWN, type State, type Value } from './values.ts';

/** A resource type as the provider serves it. */
export interface ResourceType {
  readonly name: string;
  readonly schema: Schema;
  readonly model: Model;
}

/** Something went wrong after the resource had come into being; `state` is what is known of it. */
export class PartlyDone extends Error {
  readonly state: State;
  constructor(state: State, cause: unknown) {
    super('the resource exists but is not complete', { cause });
    this.state = state;
  }
}

export function plan(
  type: ResourceType,
  config: State,
  prior: State | null,
  provider: ProviderSettings,
): Plan {
  const predicted = type.model.predict?.(config, prior, provider) ?? {};
  return planResource(type.schema.block, { ...config, ...predicted }, prior);
}

/** The resource as it is now, or null when it is gone. */
export async function read(type: ResourceType, caller: Caller, state: State): Promise<State | null> {
  const { model } = type;
  const identity = model.identity(state);
  try {
    const body = await callApi(caller, apiCall(model, 'get', identity), () =>
      bodyOf(model, caller, identity),
    );
    return stateOf(type, body, state, identity);
  } catch (error) {
    if (error instanceof ApiError && error.httpStatus === 404) return null;
    throw error;
  }
}

export async function create(type: ResourceType, caller: Caller, planned: State): Promise<State> {
  const { model, schema } = type;
  const { cloud, signal } = caller;
  const identity = model.identity(planned);
  const call = apiCall(model, 'create', identity);
  const ended = await callApi(caller, call, () => {
    model.check?.(cloud, identity, planned);
    const body = write(model, schema, planned, identity, {});
    const complete = model.complete?.(cloud, identity, body, planned) ?? body;
    model.storage.create(cloud, identity, complete, planned);
    const request = sentBody(type, cloud, identity, planned);
    return announce(caller, call, { delayMs: model.delays.create, request });
  });
  try {
    await cloud.clock.sleep(model.delays.create, signal);
    await model.ready?.(cloud, identity, planned);
    ended();
  } catch (error) {
    ended(error);
    throw new PartlyDone(stateOf(type, model.storage.find(cloud, identity) ?? {}, planned, identity), error);
  }
  return stateOf(type, bodyOf(model, caller, identity), planned, identity);
}

export async function update(type: ResourceType, caller: Caller, planned: State): Promise<State> {
  const { model, schema } = type;
  const { cloud, signal } = caller;
  const identity = model.identity(planned);
  const call = apiCall(model, 'update', identity);
  const ended = await callApi(caller, call, () => {
    model.check?.(cloud, identity, planned);
    model.storage.update(cloud, identity, (body) => write(model, schema, planned, identity, body));
    const request = sentBody(type, cloud, identity, planned);
    return announce(caller, call, { delayMs: model.delays.update, request });
  });
  await cloud.clock.sleep(model.delays.update, signal);
  ended();
  return stateOf(type, bodyOf(model, caller, identity), planned, identity);
}

/** Deleting what is already gone is no error, as for the real provider. */
export async function remove(type: ResourceType, caller: Caller, prior: State): Promise<void> {
  const { model } = type;
  const { cloud, signal } = caller;
  const refusal = model.protects?.(prior);
  if (refusal !== undefined) throw new Error(refusal);
  if (model.abandons?.(prior)) return;
  const identity = model.identity(prior);
  const call = apiCall(model, 'delete', identity);
  let ended: Announced;
  try {
    ended = await callApi(caller, call, () => {
      bodyOf(model, caller, identity);
      model.checkDelete?.(cloud, identity, prior);
      model.deleting?.(cloud, identity);
      const request = model.sends?.(cloud, identity, undefined);
      return announce(caller, call, { delayMs: model.delays.delete, request });
    });
  } catch (error) {
    if (error instanceof ApiError && error.httpStatus === 404) return;
    throw error;
  }
  await cloud.clock.sleep(model.delays.delete, signal);
  model.storage.remove(cloud, identity);
  ended();
  await model.deleted?.(cloud, identity);
}

/** The arguments an import id stands for, or undefined when it matches no accepted form. */
export function importState(type: ResourceType, id: string, provider: ProviderSettings): State | undefined {
  for (const pattern of type.model.imports) {
    const groups = pattern.exec(id)?.groups;
    if (!groups) continue;
    const given = conform(type.schema.block, { ...groups });
    const predicted = type.model.predict?.(given, null, provider) ?? {};
    const state = conform(type.schema.block, { ...predicted, ...groups });
    return { ...state, id: type.model.id(type.model.identity(state)) };
  }
  return undefined;
}

/** Throws 404 when the resource is gone. */
function bodyOf(model: Model, { cloud }: Caller, identity: Identity): Body {
  const body = model.storage.find(cloud, identity);
  if (!body) throw notFound(`The resource '${model.id(identity)}'`);
  return body;
}

function write(model: Model, schema: Schema, state: State, identity: Identity, body: Body): Body {
  const written = writeBody(schema.block, model.rules, state, identity, model.view?.(body) ?? body);
  return model.seal?.(written) ?? written;
}

/** The body of the request, which for parts of another resource is not their own. */
function sentBody({ model, schema }: ResourceType, cloud: Cloud, identity: Identity, planned: State): Body {
  const written = write(model, schema, planned, identity, {});
  return model.sends?.(cloud, identity, written) ?? written;
}

function stateOf(type: ResourceType, body: Body, state: State, identity: Identity): State {
  const { model, schema } = type;
  const view = model.view?.(body) ?? body;
  const read = { ...readState(schema.block, model.rules, view, state, identity), id: model.id(identity) };
  return conform(schema.block, settled(read) as State);
}

/** Nothing may stay unknown once it is applied: what no service told us has no value. */
function settled(value: Value): Value {
  if (value === UNKNOWN) return null;
  if (Array.isArray(value)) return value.map(settled);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, settled(item)]));
}

const HTTP = { get: 'GET', create: 'POST', update: 'PATCH', delete: 'DELETE' } as const;

function apiCall(model: Model, verb: keyof Methods, identity: Identity): ApiCall {
  return {
    service: model.service,
    method: model.methods[verb],
    http: HTTP[verb],
    path: model.path(identity),
    project: identity['project'] ?? '',
  };
}
