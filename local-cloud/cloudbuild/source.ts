/** Fetches a build's source into its workspace: an archive from Cloud Storage, or a commit of a git repository. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import { objectStore } from '../storage/object-store.ts';
import type { StepLog } from './log.ts';
import type { BuildSource } from './model.ts';
import type { Scratch } from './mounts.ts';
import { runCommand } from './processes.ts';

export interface Fetched {
  /** Folder the steps run in, below the workspace. */
  readonly directory: string;
  /** What Cloud Build says of where the source came from. */
  readonly provenance?: Record<string, unknown>;
}

interface Fetching {
  readonly cloud: Cloud;
  readonly scratch: Scratch;
  readonly env: Readonly<Record<string, string>>;
  readonly log: StepLog;
  readonly signal: AbortSignal;
}

/** Throws an Error whose message is the cause when the source cannot be had. */
export async function fetchSource(source: BuildSource | undefined, fetching: Fetching): Promise<Fetched> {
  if (source?.storageSource) return fetchArchive(source.storageSource, fetching);
  if (source?.gitSource) return cloneRepository(source.gitSource, fetching);
  return { directory: fetching.scratch.workspace };
}

async function fetchArchive(
  source: NonNullable<BuildSource['storageSource']>,
  fetching: Fetching,
): Promise<Fetched> {
  const { bucket, object, generation } = source;
  fetching.log.line(`Fetching storage object: gs://${bucket}/${object}`);
  let data: Buffer;
  let resolvedGeneration: string;
  try {
    const stored = objectStore(fetching.cloud).get(bucket, object, generation ? String(generation) : null);
    data = stored.data;
    resolvedGeneration = String(stored.generation);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new Error(`error fetching storage source: ${error.message}`, { cause: error });
  }
  const archive = join(fetching.scratch.root, object.endsWith('.zip') ? 'source.zip' : 'source.tar');
  writeFileSync(archive, data);
  const { workspace } = fetching.scratch;
  // tar finds out itself whether and how the archive is compressed.
  const argv = archive.endsWith('.zip')
    ? ['unzip', '-q', archive, '-d', workspace]
    : ['tar', '-xf', archive, '-C', workspace];
  await must(argv, fetching);
  return {
    directory: workspace,
    provenance: { resolvedStorageSource: { bucket, object, generation: resolvedGeneration } },
  };
}

async function cloneRepository(
  source: NonNullable<BuildSource['gitSource']>,
  fetching: Fetching,
): Promise<Fetched> {
  const { url, revision, dir } = source;
  const { workspace } = fetching.scratch;
  fetching.log.line(`Cloning ${url}${revision === '' ? '' : ` at ${revision}`}`);
  await must(['git', 'clone', '--quiet', '--', url, workspace], fetching);
  if (revision !== '') {
    await must(
      ['git', '-C', workspace, 'checkout', '--quiet', '--detach', revisionOf(revision), '--'],
      fetching,
    );
  }
  if (dir.startsWith('/') || dir.split('/').includes('..'))
    throw new Error(`gitSource.dir "${dir}" must be relative`);
  return { directory: join(workspace, dir) };
}

/** A name that begins with a dash would be read as an option. */
function revisionOf(revision: string): string {
  if (revision.startsWith('-'))
    throw new Error(`gitSource.revision "${revision}" is no branch, tag or commit`);
  return revision;
}

async function must(argv: readonly string[], { scratch, env, log, signal }: Fetching): Promise<void> {
  const { exitCode, error } = await runCommand({ argv, cwd: scratch.workspace, env }, log, signal);
  if (exitCode !== 0)
    throw new Error(error ?? (log.lastUsefulLine || `${argv[0] ?? ''} exited with ${exitCode}`));
}
