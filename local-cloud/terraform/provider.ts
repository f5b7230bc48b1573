/** The provider's remote procedures, one socket's worth: what Terraform asks over tfplugin5 and what it is told. */
import type { ServerHttp2Session } from 'node:http2';
import type { Cloud } from '../core/cloud.ts';
import type { TerraformStep } from '../core/parts.ts';
import { callApi, type Caller } from './api.ts';
import { DATA_SOURCES } from './data-sources.ts';
import { diagnosticOf, problemDiagnostics, stepsOf } from './diagnostics.ts';
import { GRPC, GrpcError, type UnaryHandler } from './grpc.ts';
import * as rpc from './messages.ts';
import type { ProviderSettings } from './model.ts';
import { MODELS } from './models/index.ts';
import * as resources from './resource.ts';
import { conform, schemas } from './schema.ts';
import { schemaReply } from './schema-message.ts';
import { settingsOf } from './settings.ts';
import { validateResource } from './validate.ts';
import { decodeValue, encodeValue, isObject, type State, type Value } from './values.ts';

/** One provider block. Each alias and the beta provider open a connection of their own; requests carry no other id. */
interface Instance {
  settings: ProviderSettings;
  readonly interrupt: AbortController;
}

interface Request {
  readonly message: Uint8Array;
  readonly instance: Instance;
  readonly caller: Caller;
}

type Procedure = (request: Request) => Uint8Array | Promise<Uint8Array>;

/** Answers the calls of one socket as the identity, and in the environment, of one build step. */
export function createProvider(cloud: Cloud, step: TerraformStep): UnaryHandler {
  const instances = new WeakMap<ServerHttp2Session, Instance>();
  const instanceOf = (session: ServerHttp2Session): Instance => {
    const known = instances.get(session);
    if (known) return known;
    const created = { settings: settingsOf({}, step), interrupt: new AbortController() };
    instances.set(session, created);
    return created;
  };
  const procedures: Readonly<Record<string, Procedure>> = {
    ...PROCEDURES,
    Configure: (request) => configure(request, step),
  };
  return async ({ path, message, session }) => {
    const procedure = procedures[path.replace('/tfplugin5.Provider/', '')];
    // Terraform also opens go-plugin's own services; it goes on without them.
    if (!procedure)
      throw new GrpcError(GRPC.unimplemented, `${path} is not served by the local cloud's provider`);
    const instance = instanceOf(session);
    const { principal } = instance.settings;
    const caller = {
      cloud,
      principal,
      ...(principal !== step.principal && { impersonator: step.principal }),
      signal: instance.interrupt.signal,
    };
    return procedure({ message, instance, caller });
  };
}

const PROCEDURES: Readonly<Record<string, Procedure>> = {
  GetSchema: () => schemaReply(),
  PrepareProviderConfig: ({ message }) =>
    rpc.prepareProviderConfig.response.encode({
      preparedConfig: rpc.prepareProviderConfig.request.decode(message).config,
    }),
  ValidateResourceTypeConfig: ({ message }) => {
    const { typeName, config } = rpc.validateConfig.request.decode(message);
    const problems = validateResource(typeOf(typeName).schema, stateOf(config) ?? {});
    return rpc.validateConfig.response.encode({ diagnostics: problemDiagnostics(problems) });
  },
  ValidateDataSourceConfig: () => rpc.validateConfig.response.encode({}),
  UpgradeResourceState: upgrade,
  ReadResource: read,
  PlanResourceChange: plan,
  ApplyResourceChange: apply,
  ImportResourceState: importState,
  ReadDataSource: readData,
  Stop: ({ instance }) => {
    instance.interrupt.abort(new Error('interrupted: Terraform was asked to stop'));
    return rpc.stop.response.encode({});
  },
};

async function configure({ message, instance, caller }: Request, step: TerraformStep): Promise<Uint8Array> {
  const { config } = rpc.configure.request.decode(message);
  instance.settings = settingsOf(stateOf(config) ?? {}, step);
  const { principal } = instance.settings;
  if (principal === step.principal) return rpc.configure.response.encode({});
  const path = `/v1/projects/-/serviceAccounts/${principal}:generateAccessToken`;
  const method = 'iamcredentials.projects.serviceAccounts.generateAccessToken';
  const project = instance.settings.project ?? '';
  try {
    const asStep = { ...caller, principal: step.principal };
    await callApi(
      asStep,
      { service: 'iamcredentials', method, http: 'POST', path, project },
      () => undefined,
    );
    return rpc.configure.response.encode({});
  } catch (error) {
    return rpc.configure.response.encode({
      diagnostics: [diagnosticOf(error, `impersonating ${principal}`)],
    });
  }
}

function upgrade({ message }: Request): Uint8Array {
  const { typeName, rawState } = rpc.upgradeResourceState.request.decode(message);
  const raw = JSON.parse(Buffer.from(rawState?.json ?? []).toString('utf8')) as State;
  const state = conform(typeOf(typeName).schema.block, raw);
  return rpc.upgradeResourceState.response.encode({ upgradedState: dynamic(state) });
}

async function read({ message, caller }: Request): Promise<Uint8Array> {
  const request = rpc.readResource.request.decode(message);
  const type = typeOf(request.typeName);
  const current = stateOf(request.currentState) ?? {};
  try {
    const state = await resources.read(type, caller, current);
    return rpc.readResource.response.encode({ newState: dynamic(state), private: request.private });
  } catch (error) {
    const diagnostics = [diagnosticOf(error, verbOf(type, 'when reading or editing', current))];
    return rpc.readResource.response.encode({
      newState: request.currentState,
      diagnostics,
      private: request.private,
    });
  }
}

function plan({ message, instance }: Request): Uint8Array {
  const request = rpc.planResourceChange.request.decode(message);
  const type = typeOf(request.typeName);
  const proposed = stateOf(request.proposedNewState);
  const legacyTypeSystem = true;
  // A null proposal is a destroy: there is nothing to plan.
  if (proposed === null) {
    return rpc.planResourceChange.response.encode({ plannedState: dynamic(null), legacyTypeSystem });
  }
  const { planned, replace } = resources.plan(
    type,
    stateOf(request.config) ?? {},
    stateOf(request.priorState),
    instance.settings,
  );
  return rpc.planResourceChange.response.encode({
    plannedState: dynamic(planned),
    requiresReplace: replace.map(stepsOf),
    plannedPrivate: request.priorPrivate,
    legacyTypeSystem,
  });
}

async function apply({ message, caller }: Request): Promise<Uint8Array> {
  const request = rpc.applyResourceChange.request.decode(message);
  const type = typeOf(request.typeName);
  const prior = stateOf(request.priorState);
  const planned = stateOf(request.plannedState);
  const reply = { private: request.plannedPrivate, legacyTypeSystem: true };
  try {
    const state = await change(type, caller, prior, planned);
    return rpc.applyResourceChange.response.encode({ ...reply, newState: dynamic(state) });
  } catch (error) {
    const verb = planned === null ? 'deleting' : prior === null ? 'creating' : 'updating';
    const partly = error instanceof resources.PartlyDone;
    return rpc.applyResourceChange.response.encode({
      ...reply,
      // What came into being before the failure is kept, tainted, so that the next run replaces it.
      newState: dynamic(partly ? error.state : prior),
      diagnostics: [diagnosticOf(partly ? error.cause : error, verbOf(type, verb, prior ?? planned ?? {}))],
    });
  }
}

async function change(
  type: resources.ResourceType,
  caller: Caller,
  prior: State | null,
  planned: State | null,
): Promise<State | null> {
  if (planned !== null) {
    return prior === null ? resources.create(type, caller, planned) : resources.update(type, caller, planned);
  }
  if (prior !== null) await resources.remove(type, caller, prior);
  return null;
}

function importState({ message, instance }: Request): Uint8Array {
  const { typeName, id } = rpc.importResourceState.request.decode(message);
  try {
    const state = resources.importState(typeOf(typeName), id, instance.settings);
    if (!state) throw new Error(`Import id "${id}" doesn't match any of the accepted formats of ${typeName}`);
    return rpc.importResourceState.response.encode({
      importedResources: [{ typeName, state: dynamic(state) }],
    });
  } catch (error) {
    return rpc.importResourceState.response.encode({ diagnostics: [diagnosticOf(error)] });
  }
}

async function readData({ message, instance, caller }: Request): Promise<Uint8Array> {
  const { typeName, config } = rpc.readDataSource.request.decode(message);
  const source = DATA_SOURCES[typeName];
  const schema = schemas().dataSources.get(typeName);
  if (!source || !schema)
    throw new GrpcError(GRPC.unimplemented, `data source ${typeName} is not part of the local cloud`);
  try {
    const state = conform(schema.block, await source(stateOf(config) ?? {}, instance.settings, caller));
    return rpc.readDataSource.response.encode({ state: dynamic(state) });
  } catch (error) {
    return rpc.readDataSource.response.encode({ diagnostics: [diagnosticOf(error)] });
  }
}

function typeOf(name: string): resources.ResourceType {
  const schema = schemas().resources.get(name);
  const model = MODELS[name];
  if (!schema || !model)
    throw new GrpcError(GRPC.unimplemented, `resource type ${name} is not part of the local cloud`);
  return { name, schema, model };
}

/** `creating Network` or `when reading or editing Network "projects/…"`; undefined for types without a title. */
function verbOf({ model }: resources.ResourceType, verb: string, state: State): string | undefined {
  if (model.title === undefined) return undefined;
  const id = state['id'];
  return `${verb} ${model.title}${typeof id === 'string' ? ` ${JSON.stringify(id)}` : ''}`;
}

interface Dynamic {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

const dynamic = (value: Value): Dynamic => ({ msgpack: encodeValue(value) });

/** The object a request carries, or null for none. */
function stateOf(value: Dynamic | undefined): State | null {
  if (value?.msgpack && value.msgpack.length > 0) {
    const decoded = decodeValue(value.msgpack);
    return isObject(decoded) ? decoded : null;
  }
  if (value?.json && value.json.length > 0)
    return JSON.parse(Buffer.from(value.json).toString('utf8')) as State;
  return null;
}
