/** The reply to GetSchema: our schemas as tfplugin5 messages. */
import { getSchema, NESTING, type BlockMessage } from './messages.ts';
import type { Block, Schema } from './schema.ts';
import { schemas } from './schema.ts';

let encoded: Uint8Array | undefined;

/** Encoded once: it is the one big message, and every Terraform command asks for it. */
export function schemaReply(): Uint8Array {
  encoded ??= encode();
  return encoded;
}

function encode(): Uint8Array {
  const { provider, resources, dataSources } = schemas();
  const all = (map: ReadonlyMap<string, Schema>) =>
    Object.fromEntries([...map].map(([type, schema]) => [type, schemaOf(schema)]));
  return getSchema.response.encode({
    provider: schemaOf(provider),
    resourceSchemas: all(resources),
    dataSourceSchemas: all(dataSources),
    // Without the first, Terraform asks again for every provider instance. Destroys are not planned, as in SDKv2.
    serverCapabilities: { getProviderSchemaOptional: true, planDestroy: false, moveResourceState: false },
  });
}

const schemaOf = ({ version, block }: Schema) => ({ version, block: blockOf(block) });

function blockOf(block: Block): Partial<BlockMessage> {
  return {
    attributes: [...block.attributes].map(([name, { type, required, optional, computed, sensitive }]) => ({
      name,
      type: Buffer.from(JSON.stringify(type)),
      required,
      optional,
      computed,
      sensitive,
    })),
    blockTypes: [...block.blocks].map(([typeName, nested]) => ({
      typeName,
      block: blockOf(nested.block),
      nesting: NESTING[nested.nesting],
      // A single block has no counts.
      minItems: nested.nesting === 'single' ? 0 : nested.min,
      maxItems: nested.nesting === 'single' ? 0 : nested.max,
    })),
  };
}
