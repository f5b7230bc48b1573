/** `plumb schema`: the JSON Schema of a record, for editors and linters, of a report or of a notification, for programs. */
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';

export type SchemaKind = 'record' | 'report' | 'notification';

export async function schema(cli: Cli, kind: SchemaKind): Promise<number> {
  cli.print(JSON.stringify(await schemaOf(kind), null, 2));
  return EXIT.ok;
}

/** Each is loaded when it is asked for. */
async function schemaOf(kind: SchemaKind): Promise<object> {
  switch (kind) {
    case 'record':
      return (await import('../../../desired-state/json-schema.ts')).tenantJsonSchema();
    case 'report':
      return (await import('../../report/schema.ts')).reportJsonSchema();
    case 'notification':
      return (await import('../../notify/schema.ts')).notificationJsonSchema();
  }
}
