/** The build context: which files are in it, and what they hash to. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, matchesGlob, relative, sep } from 'node:path';

export interface ContextFile {
  /** Below the context, with `/`. */
  readonly path: string;
  readonly size: number;
  /** sha256 of its content, or of where a link points; hexadecimal. */
  readonly hash: string;
  readonly executable: boolean;
}

/** git's own files change with every clone; an image that took them in would never be the same twice. */
const NEVER = '.git';

/** All files of the context in name order, without what `.dockerignore` excludes. */
export function readContext(folder: string): ContextFile[] {
  const ignored = readIgnore(folder);
  return walk(folder, folder)
    .filter((path) => !ignored(path))
    .sort()
    .map((path) => describe(folder, path));
}

function walk(root: string, folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === NEVER) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(root, path) : [relative(root, path).split(sep).join('/')];
  });
}

function describe(folder: string, path: string): ContextFile {
  const whole = join(folder, path);
  const stat = lstatSync(whole);
  const content = stat.isSymbolicLink() ? Buffer.from(readlinkSync(whole)) : readFileSync(whole);
  return {
    path,
    size: content.length,
    hash: createHash('sha256').update(content).digest('hex'),
    executable: (stat.mode & 0o111) !== 0,
  };
}

/** `.dockerignore`: a pattern excludes a path and all below it, `!` takes it back, the last match decides. */
function readIgnore(folder: string): (path: string) => boolean {
  let text: string;
  try {
    text = readFileSync(join(folder, '.dockerignore'), 'utf8');
  } catch {
    return () => false;
  }
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      exclude: !line.startsWith('!'),
      pattern: line.replace(/^!/, '').replace(/^\.?\/+|\/+$/g, ''),
    }));
  return (path) =>
    rules.reduce(
      (out, { exclude, pattern }) =>
        matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`) ? exclude : out,
      false,
    );
}

/** Whether a COPY source (a path, a folder or a pattern) finds anything in the context. */
export function isInContext(source: string, files: readonly ContextFile[]): boolean {
  const path = source.replace(/^(\.?\/)+/, '').replace(/\/+$/, '');
  if (path === '' || path === '.') return true;
  return files.some(
    (file) =>
      file.path === path ||
      file.path.startsWith(`${path}/`) ||
      matchesGlob(file.path, path) ||
      matchesGlob(file.path, `${path}/**`),
  );
}
