/** All builds of a cloud: queued, run as places in their pool come free, cancelled, and kept to be looked up. */
import { randomUUID } from 'node:crypto';
import { timestamp } from '../core/clock.ts';
import type { Cloud } from '../core/cloud.ts';
import { isObject } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';
import { projectNumber } from '../core/projects.ts';
import { openLog, requireLogsBucket, storeLog } from './build-logs.ts';
import * as limits from './limits.ts';
import type { BuildLog } from './log.ts';
import { isOver, parseBuild, type Build, type BuildRequest, type Failure } from './model.ts';
import { patience } from './patience.ts';
import { runBuild } from './run-build.ts';
import { substitute } from './substitutions.ts';
import { accountOf, validateBuild } from './validate.ts';
import { poolOfBuild, type BuildPool } from './worker-pools.ts';

/** Cloud time before a build with a free place begins: a worker has to be found. */
const PROVISIONING_MS = 1_000;

export interface Place {
  readonly project: string;
  readonly location: string;
}

export interface BuildRecord {
  readonly place: Place;
  /** Rises with every build: the order of creation. */
  readonly sequence: number;
  readonly build: Build;
  /** As it was sent, for a retry. */
  readonly body: Record<string, unknown>;
  readonly request: BuildRequest;
  readonly substitutions: Readonly<Record<string, string>>;
  readonly pool: BuildPool | undefined;
  readonly email: string;
  readonly log: BuildLog;
  readonly abort: AbortController;
  /** Why it was stopped, when it was; decides over what the stopped work then says. */
  ending: Failure | undefined;
  /** Stops the count of `queueTtl`. */
  cancelQueueLimit: () => void;
  /** Settles when its processes have gone. */
  work: Promise<void>;
}

/** A failed ending; its words are Cloud Build's where a caller is known to have seen them. */
const TIMED_OUT: Failure = { status: 'TIMEOUT', type: 'FAILURE_TYPE_UNSPECIFIED', detail: 'build timed out' };
const EXPIRED: Failure = {
  status: 'EXPIRED',
  type: 'FAILURE_TYPE_UNSPECIFIED',
  detail: 'build expired in queue: no worker came free within its queueTtl',
};

export class Builds {
  readonly #cloud: Cloud;
  readonly #records = new Map<string, BuildRecord>();
  #sequence = 0;
  #closed = false;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Queues a build. Throws what Cloud Build refuses at once. */
  create(place: Place, body: Record<string, unknown>): BuildRecord {
    const id = randomUUID();
    const parsed = parseBuild(body);
    const email = accountOf(parsed) ?? defaultAccount(place.project);
    const { build: request, values } = substitute(parsed, builtIn(place, id, email));
    validateBuild(request);
    const poolName = request.options.pool?.name ?? request.options.workerPool ?? '';
    const pool = poolName === '' ? undefined : poolOfBuild(this.#cloud, poolName, place.location);
    requireLogsBucket(this.#cloud, request, email);
    const build = this.#newBuild(place, id, body, request);
    const record: BuildRecord = {
      place,
      sequence: ++this.#sequence,
      build,
      body,
      request,
      substitutions: values,
      pool,
      email: accountOf(request) ?? email,
      log: openLog(this.#cloud, place.project, id, request),
      abort: new AbortController(),
      ending: undefined,
      cancelQueueLimit: () => undefined,
      work: Promise.resolve(),
    };
    this.#records.set(id, record);
    const queue = patience(this.#cloud, request.queueTtl || limits.DEFAULT_QUEUE_TTL);
    queue.signal.addEventListener('abort', () => this.#end(record, EXPIRED));
    record.cancelQueueLimit = () => queue.cancel();
    this.#cloud.clock.after(PROVISIONING_MS, () => this.#startWaiting());
    return record;
  }

  /** Throws 404 unless there is that build in that place. */
  get({ project, location }: Place, id: string): BuildRecord {
    const record = this.#records.get(id);
    if (record?.place.project !== project || record.place.location !== location) {
      throw new ApiError(
        'NOT_FOUND',
        `Requested entity was not found: build "${id}" in projects/${project}/locations/${location}.`,
      );
    }
    return record;
  }

  /** By id alone: operations and logs are asked for without a place. */
  find(id: string): BuildRecord | undefined {
    return this.#records.get(id);
  }

  /** Newest first. */
  list({ project, location }: Place): BuildRecord[] {
    return [...this.#records.values()]
      .filter((r) => r.place.project === project && (location === '-' || r.place.location === location))
      .reverse();
  }

  /** Marks the build cancelled at once; its processes are gone a moment later. */
  cancel(record: BuildRecord, principal: string): Build {
    if (isOver(record.build.status)) {
      throw new ApiError(
        'FAILED_PRECONDITION',
        `build ${record.build.id} is not cancellable: it has status ${record.build.status}`,
      );
    }
    this.#end(record, {
      status: 'CANCELLED',
      type: 'FAILURE_TYPE_UNSPECIFIED',
      detail: `build cancelled by ${principal}`,
    });
    return record.build;
  }

  /** Ends every process of every build and waits for them to be gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const record of this.#records.values()) {
      record.cancelQueueLimit();
      record.abort.abort();
    }
    await Promise.all([...this.#records.values()].map(({ work }) => work));
  }

  #newBuild(place: Place, id: string, body: Record<string, unknown>, request: BuildRequest): Build {
    const { project, location } = place;
    return {
      ...body,
      ...(isObject(body['options']) && { options: withNames(body['options'], request.options) }),
      name: `projects/${projectNumber(project)}/locations/${location}/builds/${id}`,
      id,
      projectId: project,
      status: 'QUEUED',
      createTime: timestamp(this.#cloud.clock.now()),
      steps: (body['steps'] ?? []) as Record<string, unknown>[],
      images: request.images,
      tags: request.tags,
      timeout: `${request.timeout || limits.DEFAULT_TIMEOUT}s`,
      queueTtl: `${request.queueTtl || limits.DEFAULT_QUEUE_TTL}s`,
      ...(request.logsBucket !== '' && { logsBucket: request.logsBucket }),
      logUrl: `${this.#cloud.endpoints['cloudbuild'] ?? ''}/local/builds/${id}/log`,
    };
  }

  #startWaiting(): void {
    for (const record of this.#records.values()) {
      if (record.build.status !== 'QUEUED' || this.#closed) continue;
      if (this.#cloud.clock.now() - Date.parse(record.build.createTime) < PROVISIONING_MS) continue;
      if (!this.#hasPlace(record)) continue;
      record.cancelQueueLimit();
      record.work = this.#run(record);
    }
  }

  /** A private pool has as many workers as builds; the default pool has ten places for each project and location. */
  #hasPlace({ pool, place }: BuildRecord): boolean {
    if (pool) return true;
    const working = [...this.#records.values()].filter(
      (other) =>
        other.build.status === 'WORKING' &&
        !other.pool &&
        other.place.project === place.project &&
        other.place.location === place.location,
    );
    return working.length < limits.DEFAULT_POOL_CONCURRENCY;
  }

  async #run(record: BuildRecord): Promise<void> {
    const { build, request, place, email, log, substitutions } = record;
    build.status = 'WORKING';
    build.startTime = timestamp(this.#cloud.clock.now());
    const limit = patience(this.#cloud, request.timeout || limits.DEFAULT_TIMEOUT);
    limit.signal.addEventListener('abort', () => {
      record.ending ??= TIMED_OUT;
      record.abort.abort();
    });
    try {
      const failure = await runBuild({
        cloud: this.#cloud,
        request,
        build,
        substitutions,
        location: place.location,
        email,
        network: record.pool?.network,
        log,
        signal: record.abort.signal,
      });
      this.#end(record, record.ending ?? failure);
    } catch (error) {
      this.#cloud.log('error', `cloudbuild: build ${build.id}: ${String(error)}`);
      this.#end(record, {
        status: 'INTERNAL_ERROR',
        type: 'FAILURE_TYPE_UNSPECIFIED',
        detail: String(error),
      });
    } finally {
      limit.cancel();
      this.#startWaiting();
    }
  }

  /** The first ending counts: a build cancelled while it fails stays cancelled. */
  #end(record: BuildRecord, failure: Failure | undefined): void {
    const { build, log } = record;
    if (isOver(build.status) || this.#closed) return;
    build.status = failure?.status ?? 'SUCCESS';
    build.finishTime = timestamp(this.#cloud.clock.now());
    record.cancelQueueLimit();
    if (failure) {
      build.statusDetail = failure.detail;
      if (failure.status === 'FAILURE') build.failureInfo = { type: failure.type, detail: failure.detail };
      if (failure.status !== 'FAILURE') log.line(`${failure.status}: ${failure.detail}`);
    }
    record.abort.abort();
    storeLog(this.#cloud, build.id, record.request, log);
  }
}

/** Cloud Build's default since 2024: the Compute Engine account of the project. */
export const defaultAccount = (project: string): string =>
  `${projectNumber(project)}-compute@developer.gserviceaccount.com`;

/** The options as they came, with enums by name: clients may send numbers and read names. */
const withNames = (given: object, read: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.keys(given).map((key) => [key, read[key]]));

const builtIn = ({ project, location }: Place, id: string, email: string): Record<string, string> => ({
  PROJECT_ID: project,
  PROJECT_NUMBER: projectNumber(project),
  BUILD_ID: id,
  LOCATION: location,
  SERVICE_ACCOUNT_EMAIL: email,
  SERVICE_ACCOUNT: `projects/${project}/serviceAccounts/${email}`,
});
