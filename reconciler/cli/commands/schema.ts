/** `plumb schema`: the JSON Schema of a record, for editors and linters. */
import { tenantJsonSchema } from '../../../desired-state/json-schema.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';

export async function schema(cli: Cli): Promise<number> {
  cli.print(JSON.stringify(tenantJsonSchema(), null, 2));
  return EXIT.ok;
}
