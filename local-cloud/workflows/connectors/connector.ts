/** The connectors as callable functions, by the names workflows use. */
import { systemError } from '../run/errors.ts';
import type { LibraryFunction } from '../stdlib/function.ts';
import { callConnector, paramsOf } from './call.ts';
import { GKE } from './gke.ts';
import { HELPERS } from './helpers.ts';
import { CONNECTORS } from './table.ts';

export const CONNECTOR_FUNCTIONS: readonly LibraryFunction[] = [
  ...CONNECTORS.map((connector): LibraryFunction => ({
    name: connector.name,
    params: paramsOf(connector),
    blocking: true,
    call: (args, context) => callConnector(connector, args, context),
  })),
  ...HELPERS,
  ...GKE,
];

const PREFIX = 'googleapis.';

export const isConnectorName = (name: string): boolean => name.startsWith(PREFIX);

/** What the real service would know and this cloud does not: refused when it is called, so that the rest can run. */
export const unknownConnector = (name: string) =>
  systemError('SystemError', `the connector ${name} is not part of the local cloud`);
