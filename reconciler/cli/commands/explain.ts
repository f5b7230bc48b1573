/** `plumb explain` and `plumb new`: what a record may say, from the schema itself. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { lookUp, parsePath, unknownField } from '../../../desired-state/field-path.ts';
import { schemaAt } from '../../../desired-state/json-schema.ts';
import { parseRecords, formatLocated } from '../../../desired-state/files.ts';
import { API_VERSION } from '../../../desired-state/tenant.ts';
import { explainedLines } from '../../records/explain.ts';
import { templateOf } from '../../records/template.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';
import { tenantName } from '../records.ts';

export interface ExplainOptions {
  readonly recursive: boolean;
}

export async function explain(
  cli: Cli,
  given: string | undefined,
  { recursive }: ExplainOptions,
): Promise<number> {
  // `plumb explain tenant.spec` is what fingers used to kubectl write.
  const path = (given ?? '').replace(/^tenants?(\.|$)/, '');
  const steps = path === '' ? [] : parsePath(path);
  if (steps === undefined) throw new UsageError(`${path} is no field; use e.g. spec.cluster.nodePools`);
  const found = lookUp(steps);
  if (!found.known) throw new CliError(unknownField(found));
  cli.print(
    explainedLines({
      path,
      schema: found.schema,
      required: isRequired(steps),
      recursive,
      apiVersion: API_VERSION,
    }).join('\n'),
  );
  return EXIT.ok;
}

function isRequired(steps: NonNullable<ReturnType<typeof parsePath>>): boolean {
  const last = steps.at(-1);
  const parent = lookUp(steps.slice(0, -1));
  if (last === undefined || !('key' in last) || !parent.known) return false;
  return (parent.schema.required ?? parent.schema.items?.required ?? []).includes(last.key);
}

export interface NewOptions {
  readonly output?: string;
}

export async function newTenant(cli: Cli, given: string, { output }: NewOptions): Promise<number> {
  const name = tenantName(given);
  const text = header(name, output) + templateOf({ schema: schemaAt([]) ?? {}, name, inline });
  const [document] = parseRecords(text, name);
  const problem = document?.problems.find(({ path }) => path === 'metadata.name');
  if (problem !== undefined) throw new UsageError(formatLocated({ ...problem, where: 'NAME' }));
  if (output === undefined || output === '-') {
    cli.print(text);
    return EXIT.ok;
  }
  const file = resolve(cli.host.cwd, output);
  try {
    // Somebody's record is not overwritten.
    await writeFile(file, text, { flag: 'wx' });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const why = exists ? 'it is there already' : (cause as Error).message;
    throw new CliError(`${file} was not written: ${why}; name another file`, { cause });
  }
  cli.progress(`${file} written; edit it, then 'plumb preview -f ${output}'`);
  return EXIT.ok;
}

const inline = (value: Parameters<typeof stringify>[0]): string =>
  stringify(value, { lineWidth: 0, collectionStyle: 'flow', singleQuote: true }).trimEnd();

const header = (name: string, output: string | undefined): string =>
  `# The record of tenant ${name}. Values are examples: change owner, project, region and ranges at least.\n` +
  '# What may be left out is commented out, with its default. All of it is explained by: plumb explain\n' +
  `# Then: plumb preview -f ${output ?? 'FILE'} shows what it would lead to, and plumb apply -f ${output ?? 'FILE'} stores it.\n`;
