/** The connectors as callable functions, and the few that are more than one REST call. */
import { systemError, valueError } from '../run/errors.ts';
import { parseJson, toJson } from '../run/json.ts';
import { isMap, mapOf, type Dict, type Value } from '../run/values.ts';
import {
  Arguments,
  params,
  type CallContext,
  type LibraryFunction,
  type LibraryParam,
} from '../stdlib/function.ts';
import { scalarText } from '../stdlib/http.ts';
import { optionsOf } from './options.ts';
import { pathOf, send } from './request.ts';
import { CONNECTORS, type Connector, type Waiting } from './table.ts';
import { waitFor } from './wait.ts';

const PARAMS: LibraryParam = { name: 'connector_params', fallback: null };

/** Path variables and marked query parameters are required; the rest is not. */
function paramsOf(connector: Connector): LibraryParam[] {
  const path = [...connector.path.matchAll(/\{\+?(\w+)\}/g)].map((found) => found[1] ?? '');
  const query = (connector.query ?? []).map((name): LibraryParam =>
    name.endsWith('!') ? { name: name.slice(0, -1) } : { name, fallback: null },
  );
  const body: LibraryParam[] =
    connector.body === undefined
      ? []
      : connector.body === 'required'
        ? params('body')
        : params(['body', null]);
  return [...params(...path), ...query, ...body, PARAMS];
}

const waitsFor = (connector: Connector): connector is Connector & { readonly waits: Waiting } =>
  connector.waits !== undefined;

async function call(connector: Connector, args: Arguments, context: CallContext): Promise<Value> {
  const options = optionsOf(
    args.optional('connector_params', (name) => args.map(name)) ?? new Map(),
    waitsFor(connector),
  );
  const { service, http } = connector;
  const answer = await send(
    service,
    http,
    pathOf(connector, args),
    args.value('body'),
    options.timeout,
    context,
  );
  if (!waitsFor(connector) || options.skipPolling) return answer;
  return waitFor(answer, connector, options, context);
}

const byName = new Map(CONNECTORS.map((connector) => [connector.name, connector]));

function connectorNamed(name: string): Connector {
  const connector = byName.get(name);
  if (connector === undefined) throw new Error(`connector ${name} is not in the table`);
  return connector;
}

const SECRET = 'googleapis.secretmanager.v1.projects.secrets.versions';
const ACCESS = connectorNamed(`${SECRET}.access`);
const EXECUTION = 'googleapis.workflowexecutions.v1.projects.locations.workflows.executions';
const CREATE = connectorNamed(`${EXECUTION}.create`);

/** The one connector helper that may stand inside an expression (documented). */
const accessString: LibraryFunction = {
  name: `${SECRET}.accessString`,
  params: params('secret_id', ['version', 'latest'], ['project_id', null]),
  call: async (args, context) => {
    const project = args.optional('project_id', (name) => args.string(name)) ?? context.host.identity.project;
    const version = args.value('version');
    const name = `projects/${project}/secrets/${args.string('secret_id')}/versions/${scalarText('version', version)}`;
    const answer = await call(ACCESS, Arguments.of(ACCESS.name, mapOf({ name })), context);
    const payload = isMap(answer) ? answer.get('payload') : undefined;
    const data = payload !== undefined && isMap(payload) ? payload.get('data') : undefined;
    if (typeof data !== 'string')
      throw systemError('ResponseTypeError', `${name}: the answer has no payload`);
    const bytes = Buffer.from(data, 'base64');
    const text = bytes.toString();
    if (!Buffer.from(text).equals(bytes)) throw valueError(`${name} is not UTF-8 text`);
    return text;
  },
};

/** Runs another workflow and gives its decoded result; nothing when it does not wait. */
async function runWorkflow(args: Arguments, context: CallContext, extra: Dict): Promise<Value> {
  const { identity } = context.host;
  const text = (name: string, fallback: string) => args.optional(name, (key) => args.string(key)) ?? fallback;
  const project = text('project_id', identity.project);
  const location = text('location', identity.location);
  const parent = `projects/${project}/locations/${location}/workflows/${args.string('workflow_id')}`;
  const body = new Map<string, Value>([['argument', toJson(args.value('argument'))], ...extra]);
  const options = args.value('connector_params');
  const execution = await call(
    CREATE,
    Arguments.of(
      CREATE.name,
      new Map<string, Value>([
        ['parent', parent],
        ['body', body],
        ['connector_params', options],
      ]),
    ),
    context,
  );
  const result = isMap(execution) ? execution.get('result') : undefined;
  return typeof result === 'string' ? parseJson(result) : null;
}

const run: LibraryFunction = {
  name: `${EXECUTION}.run`,
  params: [
    ...params(
      'workflow_id',
      ['location', null],
      ['project_id', null],
      ['argument', null],
      ['callLogLevel', null],
    ),
    PARAMS,
  ],
  blocking: true,
  call: (args, context) => {
    const level = args.optional('callLogLevel', (name) => args.string(name));
    return runWorkflow(
      args,
      context,
      mapOf({
        disableConcurrencyQuotaOverflowBuffering: true,
        ...(level !== undefined && { callLogLevel: level }),
      }),
    );
  },
};

const experimentalRun: LibraryFunction = {
  name: 'experimental.executions.run',
  params: params('workflow_id', ['location', null], ['project_id', null], ['argument', null]),
  blocking: true,
  call: (args, context) => runWorkflow(args, context, new Map()),
};

/** One execution per argument, all at once; results in the arguments' order. */
const experimentalMap: LibraryFunction = {
  name: 'experimental.executions.map',
  params: params('workflow_id', 'arguments', ['location', null], ['project_id', null]),
  blocking: true,
  call: async (args, context) => {
    const shared = ['workflow_id', 'location', 'project_id'].map((name): [string, Value] => [
      name,
      args.value(name),
    ]);
    return Promise.all(
      args
        .list('arguments')
        .map((argument) =>
          runWorkflow(
            Arguments.of(
              'experimental.executions.map',
              new Map<string, Value>([...shared, ['argument', argument]]),
            ),
            context,
            new Map(),
          ),
        ),
    );
  },
};

export const CONNECTOR_FUNCTIONS: readonly LibraryFunction[] = [
  ...CONNECTORS.map((connector): LibraryFunction => ({
    name: connector.name,
    params: paramsOf(connector),
    blocking: true,
    call: (args, context) => call(connector, args, context),
  })),
  accessString,
  run,
  experimentalRun,
  experimentalMap,
];

const PREFIX = 'googleapis.';

export const isConnectorName = (name: string): boolean => name.startsWith(PREFIX);

/** What the real service would know and this cloud does not: refused when it is called, so that the rest can run. */
export const unknownConnector = (name: string) =>
  systemError('SystemError', `the connector ${name} is not part of the local cloud`);
