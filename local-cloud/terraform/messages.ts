/**
 * The messages of tfplugin5 that the provider reads and writes, by field number.
 * Protocol: https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol (major version 5).
 */
import {
  bool,
  bytes,
  chosenInteger,
  chosenString,
  embedded,
  integer,
  map,
  message,
  repeated,
  string,
  type Message,
} from './protobuf.ts';

const dynamicValue = message({ msgpack: bytes(1), json: bytes(2) });

const step = message({
  attributeName: chosenString(1),
  elementKeyString: chosenString(2),
  elementKeyInt: chosenInteger(3),
});
const attributePath = message({ steps: repeated(1, () => step) });

export const SEVERITY = { error: 1, warning: 2 } as const;

const diagnostic = message({
  severity: integer(1),
  summary: string(2),
  detail: string(3),
  attribute: embedded(4, () => attributePath),
});
const diagnostics = (number: number) => repeated(number, () => diagnostic);
const value = (number: number) => embedded(number, () => dynamicValue);

interface AttributeMessage {
  name: string;
  type: Uint8Array;
  required: boolean;
  optional: boolean;
  computed: boolean;
  sensitive: boolean;
}

interface NestedMessage {
  typeName: string;
  block: Partial<BlockMessage> | undefined;
  nesting: number;
  minItems: number;
  maxItems: number;
}

export interface BlockMessage {
  version: number;
  attributes: readonly Partial<AttributeMessage>[];
  blockTypes: readonly Partial<NestedMessage>[];
}

export const NESTING = { single: 1, list: 2, set: 3 } as const;

const attribute: Message<AttributeMessage> = message({
  name: string(1),
  type: bytes(2),
  required: bool(4),
  optional: bool(5),
  computed: bool(6),
  sensitive: bool(7),
});
const nested: Message<NestedMessage> = message({
  typeName: string(1),
  block: embedded(2, () => block),
  nesting: integer(3),
  minItems: integer(4),
  maxItems: integer(5),
});
const block: Message<BlockMessage> = message({
  version: integer(1),
  attributes: repeated(2, () => attribute),
  blockTypes: repeated(3, () => nested),
});
const schemaMessage = message({ version: integer(1), block: embedded(2, () => block) });

const serverCapabilities = message({
  planDestroy: bool(1),
  getProviderSchemaOptional: bool(2),
  moveResourceState: bool(3),
});

export const getSchema = {
  response: message({
    provider: embedded(1, () => schemaMessage),
    resourceSchemas: map(2, () => schemaMessage),
    dataSourceSchemas: map(3, () => schemaMessage),
    diagnostics: diagnostics(4),
    serverCapabilities: embedded(6, () => serverCapabilities),
  }),
};

export const prepareProviderConfig = {
  request: message({ config: value(1) }),
  response: message({ preparedConfig: value(1), diagnostics: diagnostics(2) }),
};

export const validateConfig = {
  request: message({ typeName: string(1), config: value(2) }),
  response: message({ diagnostics: diagnostics(1) }),
};

export const configure = {
  request: message({ terraformVersion: string(1), config: value(2) }),
  response: message({ diagnostics: diagnostics(1) }),
};

const rawState = message({ json: bytes(1) });

export const upgradeResourceState = {
  request: message({ typeName: string(1), version: integer(2), rawState: embedded(3, () => rawState) }),
  response: message({ upgradedState: value(1), diagnostics: diagnostics(2) }),
};

export const readResource = {
  request: message({ typeName: string(1), currentState: value(2), private: bytes(3) }),
  response: message({ newState: value(1), diagnostics: diagnostics(2), private: bytes(3) }),
};

export const planResourceChange = {
  request: message({
    typeName: string(1),
    priorState: value(2),
    proposedNewState: value(3),
    config: value(4),
    priorPrivate: bytes(5),
  }),
  response: message({
    plannedState: value(1),
    requiresReplace: repeated(2, () => attributePath),
    plannedPrivate: bytes(3),
    diagnostics: diagnostics(4),
    legacyTypeSystem: bool(5),
  }),
};

export const applyResourceChange = {
  request: message({
    typeName: string(1),
    priorState: value(2),
    plannedState: value(3),
    config: value(4),
    plannedPrivate: bytes(5),
  }),
  response: message({
    newState: value(1),
    private: bytes(2),
    diagnostics: diagnostics(3),
    legacyTypeSystem: bool(4),
  }),
};

const importedResource = message({ typeName: string(1), state: value(2), private: bytes(3) });

export const importResourceState = {
  request: message({ typeName: string(1), id: string(2) }),
  response: message({ importedResources: repeated(1, () => importedResource), diagnostics: diagnostics(2) }),
};

export const readDataSource = {
  request: message({ typeName: string(1), config: value(2) }),
  response: message({ state: value(1), diagnostics: diagnostics(2) }),
};

export const stop = { response: message({ error: string(1) }) };
