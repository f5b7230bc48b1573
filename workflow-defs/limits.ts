/**
 * Limits of Cloud Workflows that a definition must keep, checked before it is deployed.
 * Source: https://docs.cloud.google.com/workflows/quotas and the published JSON schema of the language.
 */

/** Bytes of a definition's source, as UTF-8. */
export const MAX_SOURCE_BYTES = 128 * 1024;
/** Characters of one expression; counted here with its `${}`, so that either way of counting holds. */
export const MAX_EXPRESSION_CHARACTERS = 400;
export const MAX_ASSIGNMENTS = 50;
export const MAX_CONDITIONS = 50;
export const MAX_SUBWORKFLOW_PARAMS = 10;
/** Characters of a workflow's id: letters, digits, `_` and `-`, a letter first, a letter or digit last. */
export const MAX_NAME_CHARACTERS = 64;
/** Bytes of an execution's argument, as UTF-8. */
export const MAX_ARGUMENT_BYTES = 32 * 1024;
/** Seconds that a connector which does not wait for an operation may be given; no definition here waits in one. */
export const MAX_CONNECTOR_SECONDS = 1800;
/** Calls within calls. */
export const MAX_CALL_DEPTH = 20;
/** Steps of one execution, every poll and retry counted; beyond it the execution ends and no `except` is run. */
export const MAX_STEPS_PER_EXECUTION = 100_000;
