/** `plumb config view`: every setting, its value, and where that comes from. */
import { columns } from '../../report/columns.ts';
import { printable } from '../../report/printable.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';

export interface ConfigOptions {
  readonly output: 'table' | 'json';
}

export async function configView(cli: Cli, { output }: ConfigOptions): Promise<number> {
  const { settingSources } = await import('../../setting-sources.ts');
  const { host, flags } = cli;
  const sources = settingSources({ flags, env: host.env, cwd: host.cwd });
  if (output === 'json') cli.print(JSON.stringify(sources, null, 2));
  else {
    const rows = sources.map(({ setting, value, source }) => [setting, printable(value ?? '-'), source]);
    cli.print(columns(['SETTING', 'VALUE', 'FROM'], rows).join('\n'));
  }
  return EXIT.ok;
}
