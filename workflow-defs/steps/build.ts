/**
 * Running one build: find it by its tag or create it, wait until it ends, read what its step wrote. A build that was
 * created but whose answer was lost is adopted, never created twice.
 */
import type { Platform } from '../../reconciler/model.ts';
import { CREATE_BUILD, GET_BUILD, LIST_BUILDS, SLEEP } from '../functions.ts';
import { MAX_STEPS_PER_EXECUTION } from '../limits.ts';
import {
  assign,
  attempt,
  call,
  choose,
  expr,
  give,
  loop,
  otherwise,
  raise,
  routine,
  when,
  type Routine,
  type Step,
  type Value,
  type ValueMap,
} from '../tree.ts';
import { ask } from './connectors.ts';
import { BUILD_RETRY, disregard, raiseWithCause } from './errors.ts';

/** A flow has at most four builds, and one poll counts as up to seven steps (loop, pause, try, get, switch, jump). */
const STEPS_PER_POLL_OF_EVERY_BUILD = 4 * 7;
/**
 * Polls of one build: almost 30 hours. Cloud Build itself ends every build sooner, by its queue and run time-outs;
 * this only keeps the execution below its limit of steps, beyond which no `except` would record anything.
 */
const MAX_POLLS = Math.floor(MAX_STEPS_PER_EXECUTION / STEPS_PER_POLL_OF_EVERY_BUILD);
/** Seconds between two polls; the first ones come sooner, because many builds take less than a minute. */
const MAX_POLL_INTERVAL = 30;
/** What a build is before it ends, as a list of the language. */
const UNENDED = '["PENDING", "QUEUED", "WORKING"]';
/** How long a build may wait for a free worker. */
const QUEUE_TTL = '3600s';

/** `default` pool and platform project, or the tenant's private pool. */
type Where = 'management' | 'pool';

export interface BuildSpec {
  /** Ends the tag `<intent>-<tag>`, by which the build is found again. */
  readonly tag: string;
  /** For people, as a noun that can fail, e.g. `the deployment`; the step's own words follow it. */
  readonly what: string;
  readonly program: string;
  readonly action: string;
  readonly where: Where;
  readonly input: ValueMap;
  /** `3600s`. */
  readonly timeout: Value;
  readonly source?: ValueMap;
}

/**
 * Steps that run the build and leave `{id, log, output}` in `result`. The input travels as base64 in one environment
 * variable: Cloud Build would substitute a `$` in any text it is given.
 */
export function runBuild(platform: Platform, spec: BuildSpec, result: string): readonly Step[] {
  const management = spec.where === 'management';
  const tag = expr(`args.intent + "-${spec.tag}"`);
  const project: Value = management ? platform.project : expr('args.project');
  return [
    assign(`${result}_input`, {
      build_input: spec.input,
      build_env: expr('["PLUMBLINE_INPUT=" + base64.encode(json.encode(build_input))]'),
      build_identity: management
        ? `projects/${platform.project}/serviceAccounts/${platform.terraformIdentity}`
        : expr('"projects/" + args.project + "/serviceAccounts/" + args.pool.identity'),
    }),
    call(
      result,
      'run_build',
      {
        what: spec.what,
        project,
        location: management ? platform.region : expr('args.region'),
        tag,
        build: {
          ...(spec.source && { source: spec.source }),
          steps: [{ name: platform.stepsImage, args: [spec.program, spec.action], env: expr('build_env') }],
          timeout: spec.timeout,
          queueTtl: QUEUE_TTL,
          serviceAccount: expr('build_identity'),
          // Cloud Build refuses a build with an account of its own unless it is told where the log goes.
          options: {
            logging: 'CLOUD_LOGGING_ONLY',
            ...(!management && { pool: { name: expr('args.pool.name') } }),
          },
          tags: [expr('args.intent'), expr('"tenant-" + args.tenant'), tag],
        },
      },
      result,
    ),
  ];
}

/** What every word about the build needs, from the moment it is known: a copy of all of it would cost memory. */
const remember = (name: string, build: string): Step =>
  assign(name, {
    id: expr(`${build}.id`),
    log: expr(`default(map.get(${build}, "logUrl"), "none")`),
    whence: expr('" (build " + id + ", log " + log + ")"'),
  });

const findOrCreate = attempt(
  'start',
  [
    ask(
      'look_up',
      LIST_BUILDS,
      {
        parent: expr('parent'),
        projectId: expr('project'),
        filter: expr(String.raw`"tags=\"" + tag + "\""`),
        // Each holds its whole input: a handful of large ones would not fit the execution's memory.
        pageSize: 1,
      },
      'listed',
    ),
    assign('known', { builds: expr('default(map.get(listed, "builds"), [])') }),
    choose(
      'adopt_or_create',
      when(expr('len(builds) > 0'), { steps: [remember('adopt', 'builds[0]')] }),
      otherwise({
        steps: [
          ask(
            'create',
            CREATE_BUILD,
            { parent: expr('parent'), projectId: expr('project'), body: expr('build') },
            'operation',
            // The connector's own wait would lose the build's id whenever it fails.
            { skip_polling: true },
          ),
          remember('created', 'operation.metadata.build'),
        ],
      }),
    ),
  ],
  { retry: BUILD_RETRY, except: raiseWithCause('start', 'what + " could not be started in " + parent') },
);

const waitForEnd = loop('wait', 'poll', { range: [1, MAX_POLLS] }, [
  call('pause', SLEEP, { seconds: expr(`math.min(poll * 2, ${MAX_POLL_INTERVAL})`) }),
  attempt(
    'look',
    [
      ask(
        'get_build',
        GET_BUILD,
        { name: expr('parent + "/builds/" + id'), projectId: expr('project'), id: expr('id') },
        'state',
      ),
    ],
    {
      retry: BUILD_RETRY,
      except: raiseWithCause('look', 'what + whence + " cannot be followed"', {
        build: expr('id'),
        log: expr('log'),
      }),
    },
  ),
  choose(
    'until_ended',
    when(expr(`not (default(map.get(state, "status"), "QUEUED") in ${UNENDED})`), { next: 'break' }),
  ),
]);

/** What the build's only step wrote, as a value; null when it wrote nothing that can be read. */
export const readOutput: Routine = routine(
  'read_output',
  ['build'],
  [
    assign('nothing_yet', { output: null }),
    attempt(
      'decode',
      [
        assign('decoded', {
          output: expr('json.decode(base64.decode(build.results.buildStepOutputs[0]))'),
        }),
      ],
      { except: disregard('decode', 'what cannot be read counts as not written') },
    ),
    give('what_was_read', expr('output')),
  ],
);

/**
 * Returns `{id, log, output}` of a build that succeeded. Raises `{message, build, log}` otherwise; the message has
 * the cause in the step's own words if it left any (`… failed: …`), else in Cloud Build's (`… ended as …`), which
 * say "failed" themselves.
 */
export const runBuildRoutine: Routine = routine(
  'run_build',
  ['what', 'project', 'location', 'tag', 'build'],
  [
    assign('names', { parent: expr('"projects/" + project + "/locations/" + location'), state: {} }),
    findOrCreate,
    waitForEnd,
    call('read', 'read_output', { build: expr('state') }, 'output'),
    assign('facts', { status: expr('default(map.get(state, "status"), "QUEUED")') }),
    choose(
      'succeeded',
      when(expr('status == "SUCCESS" and output != null'), {
        return: { id: expr('id'), log: expr('log'), output: expr('output') },
      }),
      when(expr('status == "SUCCESS"'), {
        raise: {
          message: expr('what + " succeeded but left no readable output" + whence'),
          build: expr('id'),
          log: expr('log'),
        },
      }),
    ),
    assign('cause', {
      words: expr('map.get(output, "error")'),
      failure: expr('map.get(state, ["failureInfo", "detail"])'),
      detail: expr('default(map.get(state, "statusDetail"), failure)'),
    }),
    choose(
      'most_telling',
      when(expr('words != null'), {
        steps: [assign('as_the_step_says', { told: expr('" failed: " + words') })],
      }),
      when(expr('detail != null'), {
        steps: [assign('as_cloud_build_says', { told: expr('" ended as " + status + ": " + detail') })],
      }),
      when(expr(`status in ${UNENDED}`), {
        steps: [assign('given_up', { told: expr('" is no longer followed and still " + status') })],
      }),
      otherwise({ steps: [assign('as_status_says', { told: expr('" ended as " + status') })] }),
    ),
    raise('failed', {
      message: expr('what + told + whence'),
      build: expr('id'),
      log: expr('log'),
    }),
  ],
);
