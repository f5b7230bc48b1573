/**
 * The limits of Google Cloud Workflows, named once. Checked at deploy time by the parser and the checker, at run time
 * by the interpreter, and by the REST methods. Source: the quotas page, the protos and the published JSON schema;
 * where only measurements of others exist, the line says so.
 */

const KIB = 1024;

/** Bytes of source text. Proto comment of `Workflow.source_contents`. */
export const MAX_SOURCE_BYTES = 128 * KIB;
/** Lists and maps inside each other in a source. No document names it; assumed, so that nothing can exhaust a stack. */
export const MAX_SOURCE_DEPTH = 200;
/** Characters of one expression, `${` and `}` included. */
export const MAX_EXPRESSION_LENGTH = 400;
export const MAX_ASSIGNMENTS = 50;
export const MAX_CONDITIONS = 50;
export const MIN_BRANCHES = 2;
export const MAX_BRANCHES = 10;
export const MAX_MAIN_PARAMS = 1;
export const MAX_SUBWORKFLOW_PARAMS = 10;

/** Steps one execution may run; every retry and every connector poll counts as one. Secondary sources. */
export const MAX_STEPS = 100_000;
/** Nested subworkflow calls. Secondary sources; the tag RecursionError is documented. */
export const MAX_CALL_DEPTH = 20;
/** Variables and arguments together. The quota page's figure, confirmed by measurements of others. */
export const MAX_MEMORY_BYTES = 512 * KIB;
/** UTF-8 bytes of one string. The official cheat sheet. */
export const MAX_STRING_BYTES = 256 * KIB;
/** Body of an HTTP response. Secondary sources. */
export const MAX_RESPONSE_BYTES = 2 * KIB * KIB;
/** Lists and maps inside each other. No document names it; assumed, so that nothing deep can exhaust a stack. */
export const MAX_VALUE_DEPTH = 500;
/** A parallel step inside a parallel step is the deepest there may be. Secondary sources. */
export const MAX_PARALLEL_DEPTH = 2;
/** Branches and iterations that run at the same time in one execution; the rest wait. Secondary sources. */
export const MAX_CONCURRENT_BRANCHES = 20;
/** Failed branches an UnhandledBranchError tells of; more set `truncated`. Secondary sources. */
export const MAX_REPORTED_BRANCHES = 100;

/** Seconds: `timeout` of HTTP calls and of connectors that do not wait. */
export const MAX_HTTP_TIMEOUT = 1800;
/** Seconds: one year, for sleeping and for connectors that wait. */
export const MAX_WAIT = 31_536_000;

/** Bytes of an execution's argument. Proto comment of `Execution.argument`. */
export const MAX_ARGUMENT_BYTES = 32 * KIB;
export const MAX_DESCRIPTION_CHARS = 1000;
export const MAX_LABELS = 64;
export const MAX_LABEL_CHARS = 63;
export const MAX_USER_ENV_VARS = 20;
export const MAX_USER_ENV_BYTES = 4 * KIB;
export const MAX_WORKFLOWS_PER_PROJECT = 10_000;
/** Running executions per project and region; further ones are QUEUED. */
export const MAX_CONCURRENT_EXECUTIONS = 10_000;
/** Queued executions per project and region; further ones are refused with 429. */
export const MAX_BACKLOG = 100_000;
