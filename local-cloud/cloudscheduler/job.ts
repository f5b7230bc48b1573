/** A scheduler job's fields: checked against the service's limits, completed with its defaults, changed by field mask. */
import {
  integerField,
  invalid,
  isObject,
  objectField,
  onlyKnown,
  secondsField,
  stringField,
} from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import type { Body, Json } from '../core/store.ts';
import { parseCron } from './cron.ts';
import { TimeZone } from './time-zone.ts';

/** cloud.google.com/scheduler/quotas and the v1 protos. */
export const LIMITS = {
  jobsPerRegion: 1_000,
  bytes: 1024 * 1024,
  retries: 5,
  deadlineSeconds: [15, 1_800],
} as const;

const GIVEN = [
  'description',
  'schedule',
  'timeZone',
  'httpTarget',
  'retryConfig',
  'attemptDeadline',
] as const;
const OUTPUT = [
  'name',
  'state',
  'userUpdateTime',
  'scheduleTime',
  'lastAttemptTime',
  'status',
  'satisfiesPzs',
] as const;
const OTHER_TARGETS = ['pubsubTarget', 'appEngineHttpTarget'];
const TARGET_FIELDS = ['uri', 'httpMethod', 'headers', 'body', 'oauthToken', 'oidcToken'];
/** In the order of the proto's numbers: clients that speak REST send either. */
const METHODS = ['HTTP_METHOD_UNSPECIFIED', 'POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const RETRY_FIELDS = [
  'retryCount',
  'maxRetryDuration',
  'minBackoffDuration',
  'maxBackoffDuration',
  'maxDoublings',
];
const RETRY_DEFAULTS = {
  maxRetryDuration: '0s',
  minBackoffDuration: '5s',
  maxBackoffDuration: '3600s',
  maxDoublings: 5,
};

/** What of `request` a caller decides, with defaults. Throws INVALID_ARGUMENT naming the wrong field. */
export function checkedJob(request: Record<string, unknown>): Body {
  const other = OTHER_TARGETS.find((target) => request[target] !== undefined);
  if (other !== undefined)
    throw new ApiError('UNIMPLEMENTED', `${other} is not part of the local cloud; httpTarget is.`);
  onlyKnown(request, [...GIVEN, ...OUTPUT], 'job');
  if (JSON.stringify(request).length > LIMITS.bytes) throw invalid('The job is larger than 1 MB.');
  const schedule = stringField(request, 'schedule') ?? '';
  const timeZone = stringField(request, 'timeZone') || 'Etc/UTC';
  parseCron(schedule);
  new TimeZone(timeZone);
  const description = stringField(request, 'description');
  return {
    ...(description !== undefined && { description }),
    schedule,
    timeZone,
    httpTarget: checkedTarget(objectField(request, 'httpTarget')),
    retryConfig: checkedRetries(objectField(request, 'retryConfig') ?? {}),
    attemptDeadline: checkedDeadline(request),
  };
}

function checkedTarget(target: Body | undefined): Body {
  if (!target) throw invalid('httpTarget must be given.');
  onlyKnown(target, TARGET_FIELDS, 'httpTarget');
  const uri = stringField(target, 'uri') ?? '';
  if (!/^https?:\/\/[^/\s]/.test(uri) || !URL.canParse(uri))
    throw invalid(`httpTarget.uri "${uri}" must be an http(s) URL.`);
  const asked = target['httpMethod'];
  const httpMethod = typeof asked === 'number' ? METHODS[asked] : (asked ?? 'POST');
  if (typeof httpMethod !== 'string' || !METHODS.includes(httpMethod))
    throw invalid('httpTarget.httpMethod is not known.');
  const oauthToken = objectField(target, 'oauthToken');
  const oidcToken = objectField(target, 'oidcToken');
  if (oauthToken && oidcToken) throw invalid('httpTarget: give oauthToken or oidcToken, not both.');
  for (const token of [oauthToken, oidcToken]) {
    if (token && !stringField(token, 'serviceAccountEmail'))
      throw invalid('httpTarget: serviceAccountEmail must be given.');
  }
  return { ...target, httpMethod: httpMethod === METHODS[0] ? 'POST' : httpMethod };
}

function checkedRetries(config: Body): Body {
  onlyKnown(config, RETRY_FIELDS, 'retryConfig');
  const count = integerField(config, 'retryCount') ?? 0;
  if (count < 0 || count > LIMITS.retries)
    throw invalid(`retryConfig.retryCount must be 0 to ${LIMITS.retries}.`);
  for (const name of ['maxRetryDuration', 'minBackoffDuration', 'maxBackoffDuration'])
    secondsField(config, name);
  return { ...RETRY_DEFAULTS, ...config };
}

function checkedDeadline(request: Record<string, unknown>): string {
  const seconds = secondsField(request, 'attemptDeadline') ?? 180;
  const [min, max] = LIMITS.deadlineSeconds;
  if (seconds < min || seconds > max) throw invalid(`attemptDeadline must be ${min}s to ${max}s.`);
  return `${seconds}s`;
}

/**
 * `job` with the fields of `request` that `mask` names (`schedule,http_target.uri`; camelCase or snake_case); without
 * a mask, those that the request gives.
 */
export function maskedJob(job: Body, request: Record<string, unknown>, mask: string | null): Body {
  const kept = Object.fromEntries(
    Object.entries(job).filter(([name]) => GIVEN.some((field) => field === name)),
  );
  const paths = mask
    ? mask.split(',').map(camelPath)
    : GIVEN.filter((name) => request[name] !== undefined).map((n) => [n]);
  return paths.reduce<Body>((body, path) => withPath(body, path, at(request as Body, path)), kept);
}

const camelPath = (path: string): string[] =>
  path
    .trim()
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    .split('.');

function withPath(body: Body, [head = '', ...rest]: readonly string[], value: Json | undefined): Body {
  const inner = body[head];
  const next = rest.length === 0 ? value : withPath(isObject(inner) ? inner : {}, rest, value);
  const others = Object.fromEntries(Object.entries(body).filter(([name]) => name !== head));
  return next === undefined ? others : { ...others, [head]: next };
}

function at(body: Body, path: readonly string[]): Json | undefined {
  let value: Json | undefined = body;
  for (const key of path) value = isObject(value) ? value[key] : undefined;
  return value;
}
