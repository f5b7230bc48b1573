/**
 * Finds terraform, kubectl and git: a variable, the PATH, the cache, and for the first two the publisher's pinned
 * release. What is missing is an error that says where was looked and what to install.
 */
import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { addressOf, download } from './download.ts';
import { PINS, targetOf, type Pin, type Target } from './pins.ts';
import type { ToolName } from './version.ts';

export type { ToolName } from './version.ts';

export interface Tool {
  readonly name: ToolName;
  /** Absolute. */
  readonly path: string;
  readonly from: 'variable' | 'path' | 'cache' | 'download';
}

export interface FindOptions {
  /** Default: the process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: the releases of pins.ts. */
  readonly pins?: Readonly<Partial<Record<ToolName, Pin>>>;
  /** Default: this machine's; null: a machine nothing is released for. */
  readonly target?: Target | null;
  /** One line for people when a download begins. */
  readonly onProgress?: (line: string) => void;
}

export class ToolMissing extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ToolMissing';
  }
}

const INSTALL: Readonly<Record<ToolName, string>> = {
  terraform: 'install Terraform (https://developer.hashicorp.com/terraform/install)',
  kubectl: 'install kubectl (https://kubernetes.io/docs/tasks/tools/)',
  git: 'install git (https://git-scm.com/downloads)',
};

/** Throws ToolMissing. A variable that names something which cannot be run is an error, not a reason to look on. */
export async function findTool(name: ToolName, options: FindOptions = {}): Promise<Tool> {
  const env = options.env ?? process.env;
  const variable = `PLUMBLINE_${name.toUpperCase()}`;
  const named = env[variable];
  if (named !== undefined && named !== '') {
    if (await isProgram(named)) return { name, path: resolve(named), from: 'variable' };
    throw new ToolMissing(
      `${variable} names ${named}, which is not a program that can be run; correct or unset it`,
    );
  }

  const onPath = await alongPath(name, env['PATH'] ?? '');
  if (onPath !== undefined) return { name, path: onPath, from: 'path' };

  const looked = [`${variable} (not set)`, 'PATH'];
  const pin = (options.pins ?? PINS)[name as keyof typeof PINS];
  if (pin === undefined) throw missing(name, looked, undefined);

  const file = join(cacheFolder(env), `${name}-${pin.version}`, name);
  if (await isProgram(file)) return { name, path: file, from: 'cache' };
  looked.push(file);

  const target = options.target === undefined ? targetOf(process.platform, process.arch) : options.target;
  if (target == null) {
    throw missing(name, looked, `no release is pinned for ${process.platform} on ${process.arch}`);
  }
  const mirror = env[pin.mirror];
  options.onProgress?.(`${name} was not found; downloading ${addressOf({ pin, target, mirror })}`);
  try {
    await download({ tool: name, pin, target, mirror, file });
  } catch (error) {
    throw missing(name, looked, error instanceof Error ? error.message : String(error), error);
  }
  return { name, path: file, from: 'download' };
}

function missing(
  name: ToolName,
  looked: readonly string[],
  why: string | undefined,
  cause?: unknown,
): ToolMissing {
  const reason = why === undefined ? '' : `, and ${why}`;
  return new ToolMissing(
    `${name} was not found: looked at ${looked.join(', ')}${reason}. ` +
      `To go on, ${INSTALL[name]} or set PLUMBLINE_${name.toUpperCase()} to its path`,
    { cause },
  );
}

async function alongPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    // An empty entry means the current folder, from which nothing should be run by accident.
    if (folder === '') continue;
    const file = resolve(folder, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const base = env['XDG_CACHE_HOME'];
  // The XDG rules say to ignore a relative path.
  const root = base?.startsWith('/') ? base : join(env['HOME'] ?? homedir(), '.cache');
  return join(root, 'plumbline', 'tools');
}
