/** `plumb version`: which plumb this is, and which Node runs it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { packageRoot } from '../../local/paths.ts';

export interface VersionOptions {
  readonly output: 'text' | 'json';
}

export async function version(cli: Cli, { output }: VersionOptions): Promise<number> {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  const versions = { plumb: manifest.version, node: process.versions.node };
  cli.print(
    output === 'json'
      ? JSON.stringify(versions, null, 2)
      : Object.entries(versions)
          .map(([name, value]) => `${name} ${value}`)
          .join('\n'),
  );
  return EXIT.ok;
}
