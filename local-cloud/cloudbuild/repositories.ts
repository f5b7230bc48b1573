/**
 * Git repositories on this machine under the URLs that records name: a folder's content becomes commits of a bare
 * repository, with a fixed author and date, so that the same content has the same commit everywhere.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { resolve, join } from 'node:path';
import { promisify } from 'node:util';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { perCloud } from '../core/per-cloud.ts';

const run = promisify(execFile);

const AUTHOR = 'Plumbline local cloud';
/** The beginning of 2025: any fixed moment will do. */
const DATE = '1735689600 +0000';
const BRANCH = 'main';

interface Repository {
  readonly url: string;
  /** The commit at the tip of `main`. */
  readonly commit: string;
}

class Repositories {
  readonly #folder: string;
  readonly #bare = new Map<string, string>();
  readonly #ready: Promise<unknown>;
  /** One commit at a time: two at once would take the same parent. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(cloud: Cloud) {
    this.#folder = resolve(cloud.config.dataDir, 'repositories');
    this.#ready = Promise.all(cloud.config.repositories.map(({ url, folder }) => this.register(url, folder)));
    // Whoever waits hears of it; a cloud that builds nothing from source must not fall over it.
    this.#ready.catch((error: unknown) => cloud.log('error', `repositories: ${String(error)}`));
  }

  /**
   * Makes the folder's content the tip of `main` of the repository at `url`; unchanged content makes no new commit.
   * Throws INVALID_ARGUMENT when the folder is not there or git cannot take it.
   */
  register(url: string, folder: string): Promise<Repository> {
    const work = this.#queue.then(() => this.#commit(url, folder));
    this.#queue = work.catch(() => undefined);
    return work;
  }

  /** Resolves when the configured repositories can be cloned; rejects with what kept them from it. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  /** Environment by which every git of a step finds these repositories instead of the ones on the net. */
  environment(): Record<string, string> {
    const rules = [...this.#bare].flatMap(([url, bare]) => [
      { key: `url.${bare}.insteadOf`, value: url },
      // Without this, the longer spelling would become `<bare>.git`.
      { key: `url.${bare}.insteadOf`, value: `${url}.git` },
    ]);
    return {
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: String(rules.length),
      ...Object.fromEntries(
        rules.flatMap(({ key, value }, i) => [
          [`GIT_CONFIG_KEY_${i}`, key],
          [`GIT_CONFIG_VALUE_${i}`, value],
        ]),
      ),
    };
  }

  async #commit(url: string, folder: string): Promise<Repository> {
    const plain = url.replace(/(\.git)?\/?$/, '');
    const bare = join(this.#folder, `${createHash('sha256').update(plain).digest('hex').slice(0, 16)}.git`);
    if (!existsSync(folder)) {
      throw new ApiError('INVALID_ARGUMENT', `repository ${url}: the folder ${folder} does not exist`);
    }
    try {
      if (!existsSync(bare)) {
        mkdirSync(this.#folder, { recursive: true });
        await git(this.#folder, ['init', '--quiet', '--bare', `--initial-branch=${BRANCH}`, bare], {});
      }
      this.#bare.set(plain, bare);
      return { url, commit: await commitFolder(bare, resolve(folder)) };
    } catch (error) {
      throw new ApiError('INVALID_ARGUMENT', `repository ${url}: ${words(error)}`);
    }
  }
}

export const repositories = perCloud((cloud) => new Repositories(cloud));

async function commitFolder(bare: string, folder: string): Promise<string> {
  const index = join(bare, 'plumbline-index');
  const env = {
    GIT_DIR: bare,
    GIT_WORK_TREE: folder,
    GIT_INDEX_FILE: index,
    GIT_AUTHOR_NAME: AUTHOR,
    GIT_AUTHOR_EMAIL: 'local@plumbline.dev',
    GIT_AUTHOR_DATE: DATE,
    GIT_COMMITTER_NAME: AUTHOR,
    GIT_COMMITTER_EMAIL: 'local@plumbline.dev',
    GIT_COMMITTER_DATE: DATE,
  };
  rmSync(index, { force: true });
  await git(folder, ['-c', 'core.autocrlf=false', 'add', '--all', '.'], env);
  const tree = await git(folder, ['write-tree'], env);
  const parent = await git(folder, ['rev-parse', '--quiet', '--verify', BRANCH], env).catch(() => '');
  if (parent !== '' && (await git(folder, ['rev-parse', `${parent}^{tree}`], env)) === tree) return parent;
  const parents = parent === '' ? [] : ['-p', parent];
  const commit = await git(folder, ['commit-tree', tree, ...parents, '-m', 'Content of the folder'], env);
  await git(folder, ['update-ref', `refs/heads/${BRANCH}`, commit], env);
  return commit;
}

async function git(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { stdout } = await run('git', args, {
    cwd,
    env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...env },
  });
  return stdout.trim();
}

function words(error: unknown): string {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return 'git was not found on the PATH; install git';
  return stderr?.trim() ? stderr.trim() : String(error);
}
