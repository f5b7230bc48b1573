/** kubectl against one cluster, and what its failures mean. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, run, type Ran } from '../run.ts';
import { oneLine, type Context } from '../step.ts';
import { kubeconfigWithToken } from './kubeconfig.ts';

export interface Kubectl {
  /** Stdout; any failure is a `StepError` that says what was being done. */
  must(what: string, args: readonly string[], seconds: number): Promise<string>;
  /** Any exit code is an answer. */
  try(args: readonly string[], seconds: number): Promise<Ran>;
}

/** Without it kubectl waits for a hanging server without end. */
const REQUEST_TIMEOUT = '--request-timeout=60s';

/** Writes a kubeconfig that only this user can read. */
export async function openCluster(endpoint: string, token: string, context: Context): Promise<Kubectl> {
  const file = join(context.workspace, '.plumbline-kubeconfig.json');
  await writeFile(file, kubeconfigWithToken(endpoint, token), { mode: 0o600 });
  const full = (args: readonly string[]) => [`--kubeconfig=${file}`, ...args];
  const running = (seconds: number, args: readonly string[]) => ({
    cwd: context.workspace,
    seconds,
    // Whole objects would only fill the log.
    echo: !args.includes('--output=json'),
  });
  return {
    must: (what, args, seconds) =>
      mustRun(
        'kubectl',
        full(args),
        running(seconds, args),
        context,
        (ran) => `${what}: ${meaningOf(ran, endpoint)}`,
      ),
    try: (args, seconds) => run('kubectl', full(args), running(seconds, args), context),
  };
}

/**
 * Server-side apply as `plumbline`. Fields that others own are taken over: the record decides about every field that
 * is sent, and those left to others (replicas) are not sent.
 */
export const applyArguments = (file: string): string[] => [
  'apply',
  REQUEST_TIMEOUT,
  '--server-side',
  '--field-manager=plumbline',
  '--force-conflicts',
  `--filename=${file}`,
];

export const rolloutArguments = (namespace: string, deployment: string, seconds: number): string[] => [
  'rollout',
  'status',
  `deployment/${deployment}`,
  `--namespace=${namespace}`,
  `--timeout=${seconds}s`,
];

export const getArguments = (namespace: string, kind: string, ...rest: readonly string[]): string[] => [
  'get',
  REQUEST_TIMEOUT,
  kind,
  ...rest,
  `--namespace=${namespace}`,
  '--output=json',
];

export const deleteNamespaceArguments = (namespace: string, seconds: number): string[] => [
  'delete',
  'namespace',
  namespace,
  '--ignore-not-found',
  '--wait',
  `--timeout=${seconds}s`,
];

/** The first that fits; the texts are those of the API server and of kubectl. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/because it is being terminated/, 'the namespace is still being deleted; ask again when it is gone'],
  [/namespaces? "[^"]*" not found/, 'the namespace does not exist; somebody deleted it meanwhile, ask again'],
  [/exceeded quota/, "the namespace's quota is used up; raise the quota or ask for less"],
  [/no matches for kind/, 'the cluster does not know this kind; install its definition first'],
  [/strict decoding error|unknown field/, 'the API server does not know a field that was sent'],
  [
    /field is immutable|may not change|is immutable/,
    'a field that cannot be changed was changed; the object has to be replaced',
  ],
  [/ is invalid: /, 'the API server refuses a value'],
  [
    /the object has been modified|Operation cannot be fulfilled|conflict/i,
    'somebody changed the object at the same time; ask again',
  ],
  [/Unauthorized|must be logged in/, "the cluster does not accept the build account's token"],
  [/forbidden/i, 'the build account lacks a right in the cluster'],
  [/timed out waiting for the condition/, 'the time was up'],
  [
    /Client\.Timeout|context deadline exceeded|TLS handshake timeout|i\/o timeout/,
    'the control plane does not answer in time; ask again later',
  ],
  [
    /connection refused|no such host|failed to download openapi|connection reset|EOF/,
    'the control plane cannot be reached',
  ],
  [
    /too many requests|ServiceUnavailable|currently unable to handle/i,
    'the control plane is overloaded; ask again later',
  ],
];

/** What kubectl's failure means, then its own words. */
export function meaningOf({ stdout, stderr }: Ran, endpoint: string): string {
  const words = stderr.trim() || stdout.trim();
  const meaning = MEANINGS.find(([pattern]) => pattern.test(words))?.[1] ?? 'kubectl says';
  return `${meaning} (${endpoint}): ${oneLine(words, 800)}`;
}
