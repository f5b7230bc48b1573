/** Where our own files are, in a checkout (sources) as in an installed package (`dist/`). */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** Folder that holds the rooms: the checkout itself, or `dist`. */
const programRoot = join(import.meta.dirname, '..', '..');

/** A program of ours by its path without extension, e.g. `local-cloud/main`. */
export const program = (path: string): string => join(programRoot, `${path}${extname(import.meta.filename)}`);

/** Folder of package.json and of what is shipped as it is: examples, Terraform modules, schemas. */
export function packageRoot(): string {
  let folder = programRoot;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Of this plumb, e.g. `0.1.0`. */
export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
