/** Audit log entries as writes: one per call, the two entries of a long operation taken together, refused calls left out. */
import { at, isObject, listAt, numberAt, textAt } from './json.ts';
import type { Json } from './model.ts';

/** A call that changed something, as its entry tells it. */
export interface Write {
  /** RFC 3339, by the log's clock. */
  readonly at: string;
  readonly principal: string;
  /** Who acted in the principal's name, the first of the chain; null when the principal acted itself. */
  readonly behind: string | null;
  /** e.g. `v1.compute.routers.patch`. */
  readonly method: string;
  /** The client as it called itself; anybody may call themselves anything. */
  readonly agent: string | null;
  readonly resource: string;
  readonly email: string | null;
  /** The request's body; undefined when the entry does not tell it. */
  readonly request: Json | undefined;
}

/** Newest first. Entries in a shape nobody knows are passed over: they can name nobody. */
export function writesIn(entries: readonly Json[]): Write[] {
  const writes: Write[] = [];
  for (const [operation, group] of Map.groupBy(entries, operationOf)) {
    if (operation === null) writes.push(...group.filter(succeeded).flatMap(writeOf));
    // An operation that failed at its end changed nothing, whatever its beginning promised.
    else if (group.every(succeeded)) writes.push(...group.toSorted(firstFirst).slice(0, 1).flatMap(writeOf));
  }
  return writes.toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** The operation an entry is the beginning or the end of; null when the call was over at once. */
const operationOf = (entry: Json): string | null => textAt(entry, 'operation', 'id');

/** `status` is absent, empty or 0 for a call that was carried out. */
const succeeded = (entry: Json): boolean => (numberAt(entry, 'protoPayload', 'status', 'code') ?? 0) === 0;

/** The beginning tells the request; the end may be all that is left in the window. */
const firstFirst = (one: Json, other: Json): number =>
  Number(at(other, 'operation', 'first') === true) - Number(at(one, 'operation', 'first') === true);

function writeOf(entry: Json): Write[] {
  const time = textAt(entry, 'timestamp');
  const principal = textAt(entry, 'protoPayload', 'authenticationInfo', 'principalEmail');
  const method = textAt(entry, 'protoPayload', 'methodName');
  const resource = textAt(entry, 'protoPayload', 'resourceName');
  if (time === null || Number.isNaN(Date.parse(time)) || !principal || method === null || resource === null)
    return [];
  const request = at(entry, 'protoPayload', 'request');
  return [
    {
      at: time,
      principal,
      behind: delegatorOf(entry),
      method,
      agent: textAt(entry, 'protoPayload', 'requestMetadata', 'callerSuppliedUserAgent'),
      resource,
      email: textAt(entry, 'resource', 'labels', 'email_id'),
      request: tells(request) ? request : undefined,
    },
  ];
}

/** The account nearest to a person stands first in the chain of delegation. */
function delegatorOf(entry: Json): string | null {
  const [first] = listAt(entry, 'protoPayload', 'authenticationInfo', 'serviceAccountDelegationInfo');
  const email = textAt(first, 'firstPartyPrincipal', 'principalEmail');
  return email ?? textAt(first, 'principalSubject')?.replace(/^(user|serviceAccount):/, '') ?? null;
}

/** A request that holds its type alone was left out for its size, or belongs to the entry of an operation's end. */
const tells = (request: Json | undefined): boolean =>
  isObject(request) && Object.keys(request).some((key) => key !== '@type');
