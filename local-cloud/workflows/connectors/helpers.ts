/** Connector helpers that are more than one REST call, or less: secrets as text, and running other workflows. */
import { Raised, systemError, valueError } from '../run/errors.ts';
import { parseJson, toJson } from '../run/json.ts';
import { isMap, mapOf, type Dict, type Value } from '../run/values.ts';
import { Arguments, params, type CallContext, type LibraryFunction } from '../stdlib/function.ts';
import { scalarText } from '../stdlib/http.ts';
import { callConnector, connectorNamed, CONNECTOR_PARAMS } from './call.ts';

const SECRET = 'googleapis.secretmanager.v1.projects.secrets';
const ACCESS = connectorNamed(`${SECRET}.versions.access`);
const ADD_VERSION = connectorNamed(`${SECRET}.addVersion`);
const EXECUTIONS = 'googleapis.workflowexecutions.v1.projects.locations.workflows.executions';
const CREATE = connectorNamed(`${EXECUTIONS}.create`);

function secretOf(args: Arguments, { host }: CallContext): string {
  const project = args.optional('project_id', (name) => args.string(name)) ?? host.identity.project;
  return `projects/${project}/secrets/${args.string('secret_id')}`;
}

/** May stand inside an expression, as the docs show; so may the one below. */
const accessString: LibraryFunction = {
  name: `${SECRET}.versions.accessString`,
  params: params('secret_id', ['version', 'latest'], ['project_id', null]),
  call: async (args, context) => {
    const name = `${secretOf(args, context)}/versions/${scalarText('version', args.value('version'))}`;
    const answer = await callConnector(ACCESS, Arguments.of(ACCESS.name, mapOf({ name })), context);
    const payload = isMap(answer) ? answer.get('payload') : undefined;
    const data = payload !== undefined && isMap(payload) ? payload.get('data') : undefined;
    if (typeof data !== 'string') {
      throw systemError('ResponseTypeError', `${name}: the answer has no payload`);
    }
    const bytes = Buffer.from(data, 'base64');
    const text = bytes.toString();
    if (!Buffer.from(text).equals(bytes)) throw valueError(`${name} is not UTF-8 text`);
    return text;
  },
};

/** Gives the new SecretVersion. */
const addVersionString: LibraryFunction = {
  name: `${SECRET}.addVersionString`,
  params: params('secret_id', 'data', ['project_id', null]),
  call: (args, context) => {
    const data = Buffer.from(args.string('data')).toString('base64');
    const body = mapOf({ payload: mapOf({ data }) });
    const given = mapOf({ parent: secretOf(args, context), body });
    return callConnector(ADD_VERSION, Arguments.of(ADD_VERSION.name, given), context);
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
  const given = mapOf({ parent, body, connector_params: args.value('connector_params') });
  const execution = await callConnector(CREATE, Arguments.of(CREATE.name, given), context);
  const result = isMap(execution) ? execution.get('result') : undefined;
  return typeof result === 'string' ? parseJson(result) : null;
}

const run: LibraryFunction = {
  name: `${EXECUTIONS}.run`,
  params: [
    ...params(
      'workflow_id',
      ['location', null],
      ['project_id', null],
      ['argument', null],
      ['callLogLevel', null],
    ),
    CONNECTOR_PARAMS,
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

/** The older functions have an error of their own for a workflow that did not succeed. */
async function runExperimental(args: Arguments, context: CallContext): Promise<Value> {
  try {
    return await runWorkflow(args, context, new Map());
  } catch (error) {
    if (!(error instanceof Raised) || !isMap(error.value)) throw error;
    const execution = error.value.get('operation');
    if (execution === undefined || !isMap(execution)) throw error;
    throw new Raised(
      mapOf({
        message: error.message,
        tags: ['ExecutionError'],
        execution,
        error: execution.get('error') ?? null,
      }),
      true,
    );
  }
}

const experimentalRun: LibraryFunction = {
  name: 'experimental.executions.run',
  params: params('workflow_id', ['location', null], ['project_id', null], ['argument', null]),
  blocking: true,
  call: runExperimental,
};

/** One execution per argument, all at once; results in the arguments' order. Assumed: the order of its parameters. */
const experimentalMap: LibraryFunction = {
  name: 'experimental.executions.map',
  params: params('workflow_id', 'arguments', ['location', null], ['project_id', null]),
  blocking: true,
  call: async (args, context) => {
    const shared = ['workflow_id', 'location', 'project_id'].map((name): [string, Value] => [
      name,
      args.value(name),
    ]);
    const runs = args.list('arguments').map((argument) => {
      const given = new Map<string, Value>([...shared, ['argument', argument]]);
      return runExperimental(Arguments.of('experimental.executions.map', given), context);
    });
    return Promise.all(runs);
  },
};

export const HELPERS: readonly LibraryFunction[] = [
  accessString,
  addVersionString,
  run,
  experimentalRun,
  experimentalMap,
];
