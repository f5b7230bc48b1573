/** Every function and constant a workflow can name, in one table: the standard library and the connectors. */
import { CONNECTOR_FUNCTIONS } from './connectors/connector.ts';
import type { Value } from './run/values.ts';
import { COLLECTIONS } from './stdlib/collections.ts';
import { ENCODINGS } from './stdlib/encodings.ts';
import { EVENTS } from './stdlib/events.ts';
import type { LibraryFunction } from './stdlib/function.ts';
import { HELPERS } from './stdlib/helpers.ts';
import { HTTP } from './stdlib/http.ts';
import { POLICIES, PREDICATES } from './stdlib/retry.ts';
import { SYS } from './stdlib/sys.ts';
import { TEXT } from './stdlib/text.ts';
import { TIME } from './stdlib/time.ts';

const FUNCTIONS: ReadonlyMap<string, LibraryFunction> = new Map(
  [
    ...HELPERS,
    ...COLLECTIONS,
    ...ENCODINGS,
    ...EVENTS,
    ...HTTP,
    ...PREDICATES,
    ...SYS,
    ...TEXT,
    ...TIME,
    ...CONNECTOR_FUNCTIONS,
  ].map((fn) => [fn.name, fn]),
);

export const libraryFunction = (name: string): LibraryFunction | undefined => FUNCTIONS.get(name);

/** A name that stands for a value, e.g. `http.default_retry`. */
export const libraryConstant = (name: string): Value | undefined => POLICIES.get(name);

/** All of them, for whoever wants to guess what was meant. */
export const libraryNames = (): Iterable<string> => [...FUNCTIONS.keys(), ...POLICIES.keys()];
