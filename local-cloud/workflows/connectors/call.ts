/** Calls a connector of the table: request, answer, and the wait where there is one. */
import { systemError } from '../run/errors.ts';
import type { Value } from '../run/values.ts';
import { params, type Arguments, type CallContext, type LibraryParam } from '../stdlib/function.ts';
import type { Connector, Waiting } from './model.ts';
import { optionsOf } from './options.ts';
import { pathOf, send } from './request.ts';
import { CONNECTORS } from './table.ts';
import { waitFor } from './wait.ts';

export const CONNECTOR_PARAMS: LibraryParam = { name: 'connector_params', fallback: null };

const marked = (name: string): LibraryParam =>
  name.endsWith('!') ? { name: name.slice(0, -1) } : { name, fallback: null };

/** Path variables and marked parameters are required; the rest is not. */
export function paramsOf({ path, query = [], ignored = [], body }: Connector): LibraryParam[] {
  const inPath = [...path.matchAll(/\{\+?(\w+)\}/g)].map((found) => found[1] ?? '');
  const inBody = body === undefined ? [] : params(body === 'required' ? 'body' : ['body', null]);
  return [...params(...inPath), ...[...query, ...ignored].map(marked), ...inBody, CONNECTOR_PARAMS];
}

const waitsFor = (connector: Connector): connector is Connector & { readonly waits: Waiting } =>
  connector.waits !== undefined;

/** The decoded answer, or what the wait gives. Raises what the docs list for every connector. */
export async function callConnector(
  connector: Connector,
  args: Arguments,
  context: CallContext,
): Promise<Value> {
  const options = optionsOf(
    args.optional('connector_params', (name) => args.map(name)) ?? new Map(),
    waitsFor(connector),
  );
  const { service, http } = connector;
  if (context.host.endpoint(service) === undefined) {
    throw systemError(
      'SystemError',
      `${connector.name}: the service ${service} is not part of this local cloud`,
    );
  }
  const asked = pathOf(connector, args);
  const answer = await send(service, http, asked, args.value('body'), options.timeout, context);
  if (!waitsFor(connector) || options.skipPolling) return answer;
  return waitFor({ asked, answer }, connector, options, context);
}

const byName = new Map(CONNECTORS.map((connector) => [connector.name, connector]));

/** A row of the table, for those who build on it. */
export function connectorNamed(name: string): Connector {
  const connector = byName.get(name);
  if (connector === undefined) throw new Error(`connector ${name} is not in the table`);
  return connector;
}
