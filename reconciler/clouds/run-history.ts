/**
 * What a run did, as the services it went through tell: its steps from Cloud Workflows, its builds from Cloud Build, and
 * what they wrote from Cloud Logging. Only reads.
 */
import { entriesAt, isObject, listAt, textAt } from '../json.ts';
import type { Json } from '../model.ts';
import { CloudError } from '../ports.ts';
import type { Rest } from './rest.ts';

/** A step of a workflow that an execution came to. */
export interface RunStep {
  /** Counts up in the order they began. */
  readonly id: string;
  readonly step: string;
  /** `STEP_SUBWORKFLOW_CALL`, as the service names it. */
  readonly type: string;
  readonly state: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'UNKNOWN';
  /** RFC 3339, by the service's clock. */
  readonly begunAt: string;
  readonly updatedAt: string;
  readonly error: string | null;
}

/** A Cloud Build build of a run. */
export interface RunBuild {
  readonly id: string;
  readonly project: string;
  /** What it is for, by its tag: `terraform`, `image`, `deploy`, `health`. */
  readonly part: string;
  /** `QUEUED`, `WORKING`, `SUCCESS`, `FAILURE` and the like, as the service names it. */
  readonly status: string;
  /** Why it ended as it did; null where the service does not say. */
  readonly detail: string | null;
  /** RFC 3339, by the service's clock; null: not yet. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** The page that shows its log. */
  readonly logUrl: string | null;
  readonly steps: readonly {
    readonly name: string;
    readonly status: string;
    readonly startedAt: string | null;
    readonly finishedAt: string | null;
  }[];
}

export interface LogLine {
  /** Unique per line. */
  readonly id: string;
  readonly at: string;
  readonly text: string;
}

export interface RunHistory {
  /** Steps of the definition itself, without those inside its routines; throws CloudError when they cannot be read. */
  steps(execution: string): Promise<RunStep[]>;
  /** The innermost step it is at, and the service's word for its state; undefined when the service knows it no more. */
  standing(execution: string): Promise<{ readonly state: string; readonly step: string | null } | undefined>;
  /** Builds of one intent in one project and region, oldest first. */
  builds(place: { readonly project: string; readonly region: string }, intent: string): Promise<RunBuild[]>;
  /** What a build wrote from a moment on (RFC 3339; null: all of it), oldest first. */
  lines(build: Pick<RunBuild, 'id' | 'project'>, from: string | null): Promise<LogLine[]>;
}

const PAGE = 1000;
/** A build that writes more is read on its own page; the end of what was read says so. */
const MOST_PAGES = 20;

export const runHistoryOf = (rest: Rest): RunHistory => ({
  steps: async (execution) => {
    const query = `filter=${encodeURIComponent('routine="main"')}&orderBy=entryId&pageSize=${PAGE}`;
    const path = `/v1/${execution}/stepEntries?${query}`;
    const entries = await pages((token) =>
      rest.request({ service: 'workflowexecutions', path: `${path}&pageToken=${encodeURIComponent(token)}` }),
    );
    return entries.flatMap((page) => listAt(page, 'stepEntries')).map(stepOf);
  },
  standing: async (execution) => {
    try {
      const body = await rest.request({ service: 'workflowexecutions', path: `/v1/${execution}` });
      const step = listAt(body, 'status', 'currentSteps').at(-1);
      return { state: textAt(body, 'state') ?? 'UNKNOWN', step: textAt(step, 'step') };
    } catch (error) {
      if (error instanceof CloudError && error.kind === 'not-found') return undefined;
      throw error;
    }
  },
  builds: async ({ project, region }, intent) => {
    const filter = encodeURIComponent(`tags="${intent}"`);
    const path = `/v1/projects/${project}/locations/${region}/builds?filter=${filter}&pageSize=100`;
    const answers = await pages((token) =>
      rest.request({ service: 'cloudbuild', path: `${path}&pageToken=${encodeURIComponent(token)}` }),
    );
    return answers
      .flatMap((page) => listAt(page, 'builds'))
      .map((body) => buildOf(body, { project, intent }))
      .sort((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt));
  },
  lines: async ({ id, project }, from) => {
    const filter = [
      'resource.type="build"',
      `resource.labels.build_id="${id}"`,
      ...(from === null ? [] : [`timestamp>="${from}"`]),
    ].join(' AND ');
    const answers = await pages((pageToken) =>
      rest.request({
        service: 'logging',
        method: 'POST',
        path: '/v2/entries:list',
        body: {
          resourceNames: [`projects/${project}`],
          filter,
          orderBy: 'timestamp asc',
          pageSize: PAGE,
          ...(pageToken !== '' && { pageToken }),
        },
        safeToRepeat: true,
      }),
    );
    return answers.flatMap((page) => listAt(page, 'entries')).map(lineOf);
  },
});

async function pages(ask: (token: string) => Promise<Json>): Promise<Json[]> {
  const found: Json[] = [];
  let token = '';
  do {
    const page = await ask(token);
    // Protobuf JSON leaves empty lists out, so `{}` is an empty page; anything else is no page at all.
    if (!isObject(page)) throw new CloudError('unexpected', 'the answer is no page of a list');
    found.push(page);
    token = textAt(page, 'nextPageToken') ?? '';
  } while (token !== '' && found.length < MOST_PAGES);
  return found;
}

const STATES: ReadonlySet<string> = new Set(['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'CANCELLED']);

function stepOf(body: Json): RunStep {
  const state = (textAt(body, 'state') ?? '').replace(/^STATE_/, '');
  return {
    id: textAt(body, 'entryId') ?? '',
    step: textAt(body, 'step') ?? 'unknown',
    type: textAt(body, 'stepType') ?? 'STEP_TYPE_UNSPECIFIED',
    state: STATES.has(state) ? (state as RunStep['state']) : 'UNKNOWN',
    begunAt: textAt(body, 'createTime') ?? '',
    updatedAt: textAt(body, 'updateTime') ?? '',
    error: textAt(body, 'exception', 'payload'),
  };
}

function buildOf(body: Json, { project, intent }: { project: string; intent: string }): RunBuild {
  const tag = listAt(body, 'tags')
    .map(String)
    .find((each) => each.startsWith(`${intent}-`));
  return {
    id: textAt(body, 'id') ?? '',
    project,
    part: tag?.slice(intent.length + 1) ?? 'build',
    status: textAt(body, 'status') ?? 'STATUS_UNKNOWN',
    detail: textAt(body, 'failureInfo', 'detail') ?? textAt(body, 'statusDetail'),
    createdAt: textAt(body, 'createTime') ?? '',
    startedAt: textAt(body, 'startTime'),
    finishedAt: textAt(body, 'finishTime'),
    logUrl: textAt(body, 'logUrl'),
    steps: listAt(body, 'steps').map((step) => ({
      // Never its environment: that is where a build's input is.
      name: textAt(step, 'id') ?? (listAt(step, 'args').map(String).join(' ') || 'step'),
      status: textAt(step, 'status') ?? 'QUEUED',
      startedAt: textAt(step, 'timing', 'startTime'),
      finishedAt: textAt(step, 'timing', 'endTime'),
    })),
  };
}

/** The step's own words alone: which of several it was says the label. */
function lineOf(body: Json): LogLine {
  const payload = textAt(body, 'textPayload');
  const json = entriesAt(body, 'jsonPayload');
  return {
    id: textAt(body, 'insertId') ?? '',
    at: textAt(body, 'timestamp') ?? '',
    text: payload ?? textAt(body, 'jsonPayload', 'message') ?? JSON.stringify(Object.fromEntries(json)),
  };
}
