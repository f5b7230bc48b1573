/** From an Execution in a request to what the engine starts. */
import type { Revision } from '../engine/definitions.ts';
import type { ExecutionRequest } from '../engine/executions.ts';
import { MAX_ARGUMENT_BYTES } from '../lang/limits.ts';
import { parseJson } from '../run/json.ts';
import { CALL_LOG_LEVELS, enumOf, HISTORY_LEVELS, invalid, knownFields, labelsOf } from './fields.ts';

/** Fields a client may set, then those only the service sets: sent back, they change nothing. */
const FIELDS = [
  ...['argument', 'callLogLevel', 'labels', 'executionHistoryLevel'],
  'disableConcurrencyQuotaOverflowBuffering',
  ...['name', 'startTime', 'createTime', 'endTime', 'duration', 'state', 'result', 'error', 'status'],
  ...['workflowRevisionId', 'stateError', 'tags'],
];

/** The execution's own levels and labels win over the workflow's. Throws INVALID_ARGUMENT. */
export function executionRequest(request: Record<string, unknown>, { body }: Revision): ExecutionRequest {
  const fields = knownFields(request, FIELDS);
  const level = (field: string, names: readonly string[]): string | undefined =>
    enumOf(fields[field], names, field) ?? enumOf(body[field], names, field);
  return {
    argument: argumentOf(fields['argument']),
    labels: labelsOf({ ...labelsOf(body['labels']), ...labelsOf(fields['labels']) }),
    callLogLevel: level('callLogLevel', CALL_LOG_LEVELS),
    historyLevel: level('executionHistoryLevel', HISTORY_LEVELS),
    disableBuffering: booleanOf(fields['disableConcurrencyQuotaOverflowBuffering']),
  };
}

/** No argument is the JSON text `null`. */
function argumentOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'null';
  if (typeof value !== 'string') throw invalid('argument must be a string that holds JSON');
  if (Buffer.byteLength(value) > MAX_ARGUMENT_BYTES) {
    throw invalid(`argument is larger than ${MAX_ARGUMENT_BYTES} bytes`);
  }
  try {
    parseJson(value);
  } catch {
    throw invalid('argument is not valid JSON');
  }
  return value;
}

function booleanOf(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw invalid('disableConcurrencyQuotaOverflowBuffering must be a boolean');
}
