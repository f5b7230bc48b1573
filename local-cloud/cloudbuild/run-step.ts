/** Runs one step: resolves its image to a command, gives it its environment, and says how it ended. */
import { chmodSync, closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import { commandOf } from './builders.ts';
import { MAX_OUTPUT_BYTES } from './limits.ts';
import type { StepLog } from './log.ts';
import type { BuildStep } from './model.ts';
import { mountsOf, throughMounts, type Mount, type Scratch } from './mounts.ts';
import { runCommand, type Command } from './processes.ts';
import { stepEnvironment, variables } from './step-env.ts';

export interface StepContext {
  readonly cloud: Cloud;
  readonly buildId: string;
  readonly scratch: Scratch;
  /** Folder a step without `dir` runs in. */
  readonly directory: string;
  readonly email: string;
  /** What decides where calls go; wins over all below. */
  readonly environment: Readonly<Record<string, string>>;
  /** Secrets by the variable's name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly substitutions: Readonly<Record<string, string>>;
  /** `options.env`, `options.secretEnv`, `options.volumes`, `options.automapSubstitutions` of the build. */
  readonly options: {
    readonly env: readonly string[];
    readonly secretEnv: readonly string[];
    readonly volumes: readonly { readonly name: string; readonly path: string }[];
    readonly automapSubstitutions?: boolean | undefined;
  };
}

export interface StepEnd {
  readonly exitCode: number;
  /** Why it failed, when that is known better than by its exit code. */
  readonly error?: string;
}

/** Runs until the step ends or `signal` aborts. Never rejects for anything the step does. */
export async function runStep(
  context: StepContext,
  step: BuildStep,
  index: number,
  log: StepLog,
  signal: AbortSignal,
): Promise<StepEnd> {
  const fault = await orderedFault(context, step, signal);
  if (fault) return fault;
  const mounts = mountsOf(context.scratch, index, [...context.options.volumes, ...step.volumes]);
  for (const { folder } of mounts) mkdirSync(folder, { recursive: true });
  const own = ownVariables(context, step, mounts);
  const attached = await context.cloud.terraform.attach({ principal: context.email, env: own });
  try {
    const env = stepEnvironment(own, {
      ...context.environment,
      ...attached.env,
      BUILDER_OUTPUT: outputFolder(context.scratch, index),
    });
    const command = commandFor(context, step, index, mounts, env);
    if ('error' in command) {
      log.line(command.error);
      return { exitCode: 1, error: command.error };
    }
    return await runCommand(command, log, signal);
  } finally {
    await attached.close();
  }
}

/** What the step wrote to `$BUILDER_OUTPUT/output`, in base64; empty when it wrote nothing. Cut as Cloud Build cuts. */
export function readOutput(scratch: Scratch, index: number): string {
  const buffer = Buffer.alloc(MAX_OUTPUT_BYTES);
  let file: number;
  try {
    file = openSync(join(outputFolder(scratch, index), 'output'), 'r');
  } catch {
    return '';
  }
  try {
    return buffer.subarray(0, readSync(file, buffer)).toString('base64');
  } finally {
    closeSync(file);
  }
}

const outputFolder = (scratch: Scratch, index: number): string => join(scratch.outputs, String(index));

function ownVariables(
  context: StepContext,
  step: BuildStep,
  mounts: readonly Mount[],
): Record<string, string> {
  const { options, secrets } = context;
  const automap = step.automapSubstitutions ?? options.automapSubstitutions ?? false;
  const secretEnv = [...options.secretEnv, ...step.secretEnv];
  const given = variables([...options.env, ...step.env].map((text) => throughMounts(text, mounts)));
  return {
    ...(automap && context.substitutions),
    ...given,
    ...Object.fromEntries(secretEnv.map((name) => [name, secrets[name] ?? ''])),
  };
}

function commandFor(
  context: StepContext,
  step: BuildStep,
  index: number,
  mounts: readonly Mount[],
  env: Readonly<Record<string, string>>,
): Command | { readonly error: string } {
  const dir = throughMounts(step.dir, mounts);
  if (isAbsolute(dir) && !mounts.some(({ folder }) => dir === folder || dir.startsWith(`${folder}/`))) {
    return {
      error: `the step's dir "${step.dir}" is in a container's own file system, which the local Cloud Build has not`,
    };
  }
  const cwd = isAbsolute(dir) ? dir : join(context.directory, dir);
  // docker makes a working directory that is not there.
  mkdirSync(cwd, { recursive: true });
  const found = commandOf(
    step.script === ''
      ? step
      : { ...step, entrypoint: writeScript(context.scratch, index, step.script, mounts) },
    context.cloud.config,
  );
  if ('error' in found) return found;
  return { argv: found.argv.map((arg) => throughMounts(arg, mounts)), cwd, env };
}

/** Without a shebang Cloud Build runs a script with `/bin/sh`. */
function writeScript(scratch: Scratch, index: number, script: string, mounts: readonly Mount[]): string {
  const file = join(scratch.root, `script-${index}`);
  const text = throughMounts(script, mounts);
  writeFileSync(file, text.startsWith('#!') ? text : `#!/bin/sh\n${text}`);
  chmodSync(file, 0o755);
  return file;
}

/** Steps can be ordered to fail or hang by a name of their own, so that a fault for the API does not hit them. */
async function orderedFault(
  context: StepContext,
  step: BuildStep,
  signal: AbortSignal,
): Promise<StepEnd | undefined> {
  const fault = context.cloud.faults.take({
    service: 'build-step',
    method: 'build-step.run',
    path: context.buildId,
    target: `${step.name} ${step.id} ${step.args.join(' ')}`,
    principal: context.email,
  });
  if (!fault) return undefined;
  if (fault.delayMs !== undefined)
    await context.cloud.clock.sleep(fault.delayMs, signal).catch(() => undefined);
  if (fault.hang) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  if (signal.aborted) return { exitCode: 137 };
  if (fault.status === undefined && !fault.reset) return undefined;
  return { exitCode: 1, error: fault.message ?? `ordered fault ${fault.id}` };
}
