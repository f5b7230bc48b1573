/** `plumb schema`: the JSON Schema of a record, for editors and linters, or of a report, for programs that read one. */
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';

export type SchemaKind = 'record' | 'report';

export async function schema(cli: Cli, kind: SchemaKind): Promise<number> {
  const value =
    kind === 'record'
      ? (await import('../../../desired-state/json-schema.ts')).tenantJsonSchema()
      : (await import('../../report/schema.ts')).reportJsonSchema();
  cli.print(JSON.stringify(value, null, 2));
  return EXIT.ok;
}
