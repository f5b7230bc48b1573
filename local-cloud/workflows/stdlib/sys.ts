/** The module `sys`: the clock, the log and the environment. */
import { MAX_WAIT } from '../lang/limits.ts';
import { typeError, valueError } from '../run/errors.ts';
import type { ExecutionIdentity, Host, Severity } from '../run/host.ts';
import { printable } from '../run/json.ts';
import { isMap, type Dict, type Value } from '../run/values.ts';
import { params, type Arguments, type LibraryFunction } from './function.ts';
import { parseTime } from './time.ts';

const SEVERITIES: readonly Severity[] = [
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
];

/** The built-in variables; user variables cannot start with their prefix. */
function environment(identity: ExecutionIdentity): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(identity.userEnvVars),
    ['GOOGLE_CLOUD_LOCATION', identity.location],
    ['GOOGLE_CLOUD_PROJECT_ID', identity.project],
    ['GOOGLE_CLOUD_PROJECT_NUMBER', identity.projectNumber],
    ['GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME', identity.serviceAccount],
    ['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID', identity.execution],
    ['GOOGLE_CLOUD_WORKFLOW_ID', identity.workflow],
    ['GOOGLE_CLOUD_WORKFLOW_REVISION_ID', identity.revision],
  ]);
}

function log(args: Arguments, host: Host): null {
  const given = ['data', 'text', 'json'].filter((name) => args.has(name));
  if (given.length !== 1) throw typeError('sys.log: exactly one of data, text and json must be given');
  const severity = SEVERITIES.find((known) => known === args.string('severity'));
  if (severity === undefined) throw valueError(`sys.log: unknown severity '${args.string('severity')}'`);
  host.log(severity, entryOf(args, given[0] ?? 'data'));
  return null;
}

/** Maps become jsonPayload, everything else textPayload. */
function entryOf(args: Arguments, name: string): { text: string } | { json: Dict } {
  if (name === 'json') return { json: args.map('json') };
  if (name === 'text') return { text: args.string('text') };
  const data: Value = args.value('data');
  if (isMap(data)) return { json: data };
  return { text: typeof data === 'string' ? data : printable(data) };
}

async function sleep(seconds: number, host: Host): Promise<null> {
  if (seconds < 0 || seconds > MAX_WAIT) {
    throw valueError(`sys.sleep: seconds must be between 0 and ${MAX_WAIT}; got: ${seconds}`);
  }
  await host.sleep(seconds * 1000);
  return null;
}

async function sleepUntil(time: string, host: Host): Promise<null> {
  const seconds = parseTime(time) - host.now() / 1000;
  if (seconds > MAX_WAIT) throw valueError('sys.sleep_until: the time must be at most one year ahead');
  await host.sleep(Math.max(0, seconds * 1000));
  return null;
}

export const SYS: readonly LibraryFunction[] = [
  {
    // Assumed: what is not set and has no default is null.
    name: 'sys.get_env',
    params: params('name', ['default', null]),
    call: (args, { host }) =>
      environment(host.identity).get(args.string('name')) ??
      args.optional('default', (name) => args.string(name)) ??
      null,
  },
  {
    name: 'sys.log',
    params: params(
      ['data', null],
      ['severity', 'DEFAULT'],
      ['text', null],
      ['json', null],
      ['timeout', null],
    ),
    blocking: true,
    call: (args, { host }) => log(args, host),
  },
  { name: 'sys.now', params: [], call: (_args, { host }) => host.now() / 1000 },
  {
    name: 'sys.sleep',
    params: params('seconds'),
    blocking: true,
    call: (args, { host }) => sleep(args.number('seconds'), host),
  },
  {
    name: 'sys.sleep_until',
    params: params('time'),
    // Assumed: only sys.sleep is documented to wait.
    blocking: true,
    call: (args, { host }) => sleepUntil(args.string('time'), host),
  },
];
