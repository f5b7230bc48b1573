/** Downloads a pinned release into the cache: verified by checksum and by running it, visible only when it is whole. */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Pin, Target } from './pins.ts';
import { versionOf, type ToolName } from './version.ts';
import { readZipEntry } from './zip.ts';

export interface DownloadRequest {
  readonly tool: ToolName;
  readonly pin: Pin;
  readonly target: Target;
  /** Base URL instead of the publisher's; undefined: the publisher's. */
  readonly mirror: string | undefined;
  /** Where the program is to stand. */
  readonly file: string;
}

/** The largest of these files is 60 MB; a line that needs longer than this is taken for dead. */
const TIMEOUT_MS = 300_000;

/**
 * Resolves when `file` is there and runs. Two at once do no harm: each writes a file of its own and renames it, and
 * whoever comes last replaces the same bytes. Throws with the address and the reason.
 */
export async function download(request: DownloadRequest): Promise<void> {
  const url = addressOf(request);
  const bytes = await get(url);
  const found = createHash('sha256').update(bytes).digest('hex');
  const expected = request.pin.sha256[request.target];
  if (found !== expected) {
    throw new Error(
      `${url} has SHA-256 ${found}, but the pinned release has ${expected}; nothing was installed`,
    );
  }
  await install(request, url, request.pin.entry === null ? bytes : readZipEntry(bytes, request.pin.entry));
}

export function addressOf({
  pin,
  target,
  mirror,
}: Pick<DownloadRequest, 'pin' | 'target' | 'mirror'>): string {
  return `${(mirror ?? pin.base).replace(/\/+$/, '')}/${pin.path(pin.version, target)}`;
}

async function get(url: string): Promise<Buffer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`${url} could not be downloaded (${reasonOf(error)})`, { cause: error });
  }
}

async function install({ tool, pin, file }: DownloadRequest, url: string, program: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.partial`;
  try {
    await writeFile(partial, program, { flag: 'wx' });
    await chmod(partial, 0o755);
    const version = await versionOf(tool, partial);
    if (version !== pin.version) {
      throw new Error(
        `${url} says it is version ${version}, but ${pin.version} was expected; nothing was installed`,
      );
    }
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

/** fetch hides what happened ("fetch failed") in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
