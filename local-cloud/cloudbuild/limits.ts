/** Limits of Cloud Build: cloud.google.com/build/quotas and the comments of its v1 protos. They are enforced. */

export const MAX_STEPS = 300;
export const MAX_ARGS_PER_STEP = 100;
export const MAX_ARG_LENGTH = 10_000;
export const MAX_ENV_PER_STEP = 100;
export const MAX_ENV_LENGTH = 65_536;
export const MAX_IMAGES = 100;
export const MAX_TAGS = 64;
export const MAX_TAG_LENGTH = 128;
export const MAX_SUBSTITUTIONS = 200;
export const MAX_SUBSTITUTION_KEY = 100;
export const MAX_SUBSTITUTION_VALUE_BYTES = 4_000;
export const MAX_SECRETS = 100;
export const MAX_SECRET_BYTES = 64 * 1024;
export const MAX_DISK_GB = 4_000;
/** Seconds. */
export const MAX_TIMEOUT = 24 * 3600;
export const DEFAULT_TIMEOUT = 3600;
export const DEFAULT_QUEUE_TTL = 3600;
/** What is kept of `$BUILDER_OUTPUT/output`; the rest is cut off without a word. */
export const MAX_OUTPUT_BYTES = 50 * 1024;
/** Builds of one project that the default pool of one location runs at a time; the others wait. */
export const DEFAULT_POOL_CONCURRENCY = 10;
export const MAX_PAGE = 1000;
export const DEFAULT_PAGE = 100;
