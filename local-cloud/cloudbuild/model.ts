/** What a Build is: the shape of the request, enums by name or by number as clients send them, and the live build. */
import { z } from 'zod';
import { ApiError } from '../core/errors.ts';

/** google.devtools.cloudbuild.v1.Build.Status, by number. */
export const STATUS = {
  STATUS_UNKNOWN: 0,
  QUEUED: 1,
  WORKING: 2,
  SUCCESS: 3,
  FAILURE: 4,
  INTERNAL_ERROR: 5,
  TIMEOUT: 6,
  CANCELLED: 7,
  EXPIRED: 9,
  PENDING: 10,
} as const;
export type BuildStatus = keyof typeof STATUS;

/** Client libraries send enums as numbers, gcloud and people as names; the answer always has names. */
const enumOf = <const T extends Readonly<Record<string, number>>>(numbers: T) => {
  const byNumber = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
  return z
    .union([z.enum(Object.keys(numbers) as [string, ...string[]]), z.literal([...byNumber.keys()])])
    .transform(
      (value) => (typeof value === 'number' ? (byNumber.get(value) ?? '') : value) as keyof T & string,
    );
};

const text = z.string();
const texts = z.array(z.string());
/** Seconds, from the JSON form of google.protobuf.Duration. */
const duration = z
  .string()
  .regex(/^\d+(\.\d{1,9})?s$/, 'want seconds followed by "s", e.g. "600s"')
  .transform((value) => Number(value.slice(0, -1)));
const int64 = z.union([z.int(), z.string().regex(/^-?\d+$/)]).transform(Number);
/** What the service fills in: taken, because clients send back what they read, and ignored. */
const outputOnly = z.unknown().optional();

const volume = z.strictObject({ name: text, path: text });

const step = z.strictObject({
  name: text.default(''),
  env: texts.default([]),
  args: texts.default([]),
  dir: text.default(''),
  id: text.default(''),
  waitFor: texts.default([]),
  entrypoint: text.default(''),
  secretEnv: texts.default([]),
  volumes: z.array(volume).default([]),
  timeout: duration.optional(),
  allowFailure: z.boolean().default(false),
  allowExitCodes: z.array(z.int()).default([]),
  script: text.default(''),
  automapSubstitutions: z.boolean().optional(),
  timing: outputOnly,
  pullTiming: outputOnly,
  status: outputOnly,
  exitCode: outputOnly,
});

const source = z.strictObject({
  storageSource: z
    .strictObject({
      bucket: text,
      object: text,
      generation: int64.optional(),
      sourceFetcher: enumOf({ SOURCE_FETCHER_UNSPECIFIED: 0, GSUTIL: 1, GCS_FETCHER: 2 }).optional(),
    })
    .optional(),
  gitSource: z.strictObject({ url: text, dir: text.default(''), revision: text.default('') }).optional(),
  repoSource: z.unknown().optional(),
  storageSourceManifest: z.unknown().optional(),
  connectedRepository: z.unknown().optional(),
});

const options = z.strictObject({
  sourceProvenanceHash: z
    .array(enumOf({ NONE: 0, SHA256: 1, MD5: 2, GO_MODULE_H1: 3, SHA512: 4 }))
    .optional(),
  requestedVerifyOption: enumOf({ NOT_VERIFIED: 0, VERIFIED: 1 }).optional(),
  machineType: enumOf({
    UNSPECIFIED: 0,
    N1_HIGHCPU_8: 1,
    N1_HIGHCPU_32: 2,
    E2_HIGHCPU_8: 5,
    E2_HIGHCPU_32: 6,
    E2_MEDIUM: 7,
    E2_STANDARD_2: 11,
  }).optional(),
  diskSizeGb: int64.optional(),
  substitutionOption: enumOf({ MUST_MATCH: 0, ALLOW_LOOSE: 1 }).optional(),
  dynamicSubstitutions: z.boolean().optional(),
  automapSubstitutions: z.boolean().optional(),
  logStreamingOption: enumOf({ STREAM_DEFAULT: 0, STREAM_ON: 1, STREAM_OFF: 2 }).optional(),
  workerPool: text.optional(),
  pool: z.strictObject({ name: text.default('') }).optional(),
  logging: enumOf({
    LOGGING_UNSPECIFIED: 0,
    LEGACY: 1,
    GCS_ONLY: 2,
    STACKDRIVER_ONLY: 3,
    NONE: 4,
    CLOUD_LOGGING_ONLY: 5,
  }).optional(),
  env: texts.default([]),
  secretEnv: texts.default([]),
  volumes: z.array(volume).default([]),
  defaultLogsBucketBehavior: enumOf({
    DEFAULT_LOGS_BUCKET_BEHAVIOR_UNSPECIFIED: 0,
    REGIONAL_USER_OWNED_BUCKET: 1,
    LEGACY_BUCKET: 2,
  }).optional(),
  enableStructuredLogging: z.boolean().optional(),
  pubsubTopic: text.optional(),
});

/** google.devtools.cloudbuild.v1.Build as a request may have it; unknown fields are refused. */
const buildRequest = z.strictObject({
  source: source.optional(),
  steps: z.array(step).default([]),
  timeout: duration.default(0),
  images: texts.default([]),
  queueTtl: duration.default(0),
  artifacts: z.record(z.string(), z.unknown()).optional(),
  logsBucket: text.default(''),
  options: options.default({ env: [], secretEnv: [], volumes: [] }),
  substitutions: z.record(z.string(), z.string()).default({}),
  tags: texts.default([]),
  secrets: z.array(z.unknown()).default([]),
  serviceAccount: text.default(''),
  availableSecrets: z
    .strictObject({
      secretManager: z.array(z.strictObject({ versionName: text, env: text })).default([]),
      inline: z.array(z.unknown()).default([]),
    })
    .default({ secretManager: [], inline: [] }),
  buildTriggerId: outputOnly,
  name: outputOnly,
  id: outputOnly,
  projectId: outputOnly,
  status: outputOnly,
  statusDetail: outputOnly,
  results: outputOnly,
  createTime: outputOnly,
  startTime: outputOnly,
  finishTime: outputOnly,
  sourceProvenance: outputOnly,
  logUrl: outputOnly,
  timing: outputOnly,
  approval: outputOnly,
  warnings: outputOnly,
  gitConfig: outputOnly,
  failureInfo: outputOnly,
  dependencies: z.array(z.unknown()).optional(),
});

export type BuildRequest = z.infer<typeof buildRequest>;
export type BuildStep = z.infer<typeof step>;
export type BuildSource = z.infer<typeof source>;

/** The request as it came, checked for shape. Throws INVALID_ARGUMENT in the words of Google's JSON front end. */
export function parseBuild(body: Record<string, unknown>): BuildRequest {
  const parsed = buildRequest.safeParse(withoutNulls(body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = ['build', ...(issue?.path ?? [])]
    .map(String)
    .join('.')
    .replaceAll(/\.(\d+)/g, '[$1]');
  const why =
    issue?.code === 'unrecognized_keys'
      ? `Unknown name "${issue.keys[0] ?? ''}" at '${at}': Cannot find field.`
      : `Invalid value at '${at}': ${issue?.message ?? 'wrong type'}.`;
  throw new ApiError('INVALID_ARGUMENT', `Invalid JSON payload received. ${why}`);
}

/** JSON null means "not set" in every proto. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, withoutNulls(each)]])),
  );
}

export interface TimeSpan {
  startTime: string;
  endTime: string;
}

/** The build as REST answers it; grows while it runs. */
export interface Build {
  name: string;
  id: string;
  projectId: string;
  status: BuildStatus;
  statusDetail?: string;
  steps: Record<string, unknown>[];
  results?: BuildResults;
  createTime: string;
  startTime?: string;
  finishTime?: string;
  timing?: Record<string, TimeSpan>;
  failureInfo?: { type: FailureType; detail: string };
  logUrl: string;
  tags: string[];
  [field: string]: unknown;
}

export interface BuildResults {
  images: { name: string; digest: string; pushTiming: TimeSpan }[];
  /** One per step; the digest of the step's image. */
  buildStepImages: string[];
  /** One per step, base64; empty when the step wrote none. */
  buildStepOutputs: string[];
}

/** google.devtools.cloudbuild.v1.Build.FailureInfo.FailureType */
export type FailureType =
  | 'FAILURE_TYPE_UNSPECIFIED'
  | 'PUSH_FAILED'
  | 'PUSH_IMAGE_NOT_FOUND'
  | 'PUSH_NOT_AUTHORIZED'
  | 'LOGGING_FAILURE'
  | 'USER_BUILD_STEP'
  | 'FETCH_SOURCE_FAILED';

/** Why a build did not succeed. */
export interface Failure {
  readonly status: Exclude<BuildStatus, 'SUCCESS' | 'QUEUED' | 'WORKING' | 'PENDING' | 'STATUS_UNKNOWN'>;
  readonly type: FailureType;
  readonly detail: string;
}

export const isOver = (status: BuildStatus): boolean => !['QUEUED', 'PENDING', 'WORKING'].includes(status);
