/** `plumb version`: which plumb this is, and which Node runs it. */
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { packageVersion } from '../../local/paths.ts';

export interface VersionOptions {
  readonly output: 'text' | 'json';
}

export async function version(cli: Cli, { output }: VersionOptions): Promise<number> {
  const versions = { plumb: packageVersion(), node: process.versions.node };
  cli.print(
    output === 'json'
      ? JSON.stringify(versions, null, 2)
      : Object.entries(versions)
          .map(([name, value]) => `${name} ${value}`)
          .join('\n'),
  );
  return EXIT.ok;
}
