/** Running tools: an argv array, never a shell, always with a time-out that ends in a kill. */
import { execa } from 'execa';
import { INPUT_VARIABLE } from './input.ts';
import { StepError, type Context } from './step.ts';

/** Time to read what is still in the pipes of a tool that has ended. */
const PIPES_GRACE_MS = 1000;

export interface Running {
  readonly cwd: string;
  readonly seconds: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Copies what the tool prints to the build's log; false where it may hold secrets. */
  readonly echo?: boolean;
  /** Asks the tool to stop before it is killed, so that it can write down what it has done. */
  readonly stopSeconds?: number;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Any exit code is an answer. Throws `StepError` when the tool cannot be started or does not end in time. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, seconds, env, echo = true, stopSeconds = 0 }: Running,
  context: Context,
): Promise<Ran> {
  context.log(`$ ${command} ${args.join(' ')}`);
  const echoing = function* (line: unknown) {
    context.log(String(line));
    yield line;
  };
  const output = echo ? echoing : 'pipe';
  const subprocess = execa(command, args, {
    cwd,
    // Tools get our environment, but not the input: it may hold a tenant's values.
    env: { ...withoutInput(context.env), ...env },
    extendEnv: false,
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    reject: false,
    timeout: seconds * 1000,
    // SIGINT is what both Terraform and kubectl take for "finish up"; without a grace, nothing but a kill is sure.
    killSignal: stopSeconds > 0 ? 'SIGINT' : 'SIGKILL',
    forceKillAfterDelay: stopSeconds * 1000,
  });
  // What a killed tool leaves running may hold its pipes open; nobody waits for that.
  subprocess.once('exit', () => {
    setTimeout(() => {
      subprocess.stdout.destroy();
      subprocess.stderr.destroy();
    }, PIPES_GRACE_MS).unref();
  });
  const child = await subprocess;
  const { exitCode, stdout, stderr } = child;
  if (child.timedOut) {
    // kubectl's first argument is an option, the path of its kubeconfig.
    const verb = args.find((each) => !each.startsWith('-')) ?? '';
    throw new StepError(`${command} ${verb} did not end within ${seconds} s and was stopped`);
  }
  if (exitCode === undefined) {
    throw new StepError(
      `${command} could not be run: ${child.originalMessage ?? child.shortMessage ?? 'it was killed'}`,
    );
  }
  return { exitCode, stdout, stderr };
}

const withoutInput = (env: Context['env']) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name !== INPUT_VARIABLE));

/** The same, and any exit code but 0 is a failure, worded by `explain`. */
export async function mustRun(
  command: string,
  args: readonly string[],
  running: Running,
  context: Context,
  explain: (ran: Ran) => string,
): Promise<string> {
  const ran = await run(command, args, running, context);
  if (ran.exitCode !== 0) throw new StepError(explain(ran));
  return ran.stdout;
}

/** The last lines a tool printed: where tools say what went wrong. */
export const tail = ({ stdout, stderr }: Ran, lines = 3): string =>
  (stderr.trim() || stdout.trim()).split('\n').slice(-lines).join(' ');
