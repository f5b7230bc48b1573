/** The events of a run as lines for people and as JSON lines for programs. */
import type { ExecutionEntry } from '../../desired-state/store.ts';
import type { RunBuild, RunStep } from '../clouds/run-history.ts';
import { listAt } from '../json.ts';
import { maskedLine } from '../report/sensitive.ts';
import { printable } from '../report/printable.ts';
import type { Paint } from '../report/text.ts';
import { lastPart, shortTime } from '../report/words.ts';
import { ageOf } from './age.ts';
import type { RunEvent } from './run-log.ts';

/** `29s`; empty where it has not ended, or nobody says. */
const tookText = (from: string | null, to: string | null): string =>
  from === null || to === null ? '' : ageOf(from, Date.parse(to));

/** Null for a local cloud, which has no console. */
export function consoleLink(execution: string, project: string): string | null {
  const parts = /\/locations\/([^/]+)\/workflows\/([^/]+)\/executions\/([^/]+)$/.exec(execution);
  if (parts === null) return null;
  const [, region, workflow, id] = parts;
  return `https://console.cloud.google.com/workflows/workflow/${region ?? ''}/${workflow ?? ''}/execution/${id ?? ''}/summary?project=${project}`;
}

export interface TellFor {
  readonly paint: Paint;
  /** The platform's project; null on a local cloud. */
  readonly console: string | null;
}

/** Lines of one event. */
export function eventLines(event: RunEvent, { paint, console }: TellFor): string[] {
  switch (event.type) {
    case 'execution':
      return headLines(event.entry, paint, console);
    case 'step':
      return [stepLine(event.step, paint)];
    case 'build':
      return [printable(`  build ${event.build.part} ${event.build.id}${linkText(event.build)}`)];
    case 'log':
      return [paint.dim(printable(`    ${event.build.part} | `)) + printable(event.line.text.trimEnd())];
    case 'build-end':
      return endLines(event.build, paint);
    case 'unreadable':
      return [paint.red(printable(`  ? ${event.what} could not be read: ${event.reason}`))];
    case 'end':
      return lastLines(event.entry, event.failed, paint);
  }
}

function headLines(entry: ExecutionEntry, paint: Paint, project: string | null): string[] {
  const { intent, name, flow, generation, requester, createdAt, execution, because, state } = entry;
  const link = execution === null || project === null ? null : consoleLink(execution, project);
  const causes = listAt(because).map(String);
  return [
    paint.bold(
      printable(
        `${intent}: ${flow} of ${name}, generation ${generation}, asked by ${requester} at ${shortTime(createdAt)}, ${state}`,
      ),
    ),
    ...(causes.length === 0 ? [] : [printable(`  because of ${causes.join(', ')}`)]),
    execution === null ? '  no execution of it is known' : printable(`  execution ${lastPart(execution)}`),
    ...(link === null ? [] : [`  ${link}`]),
  ];
}

function stepLine({ step, state, begunAt, updatedAt, error }: RunStep, paint: Paint): string {
  const took = state === 'IN_PROGRESS' ? 'since ' + shortTime(begunAt) : tookText(begunAt, updatedAt);
  const why = error === null ? '' : `: ${error}`;
  const line = printable(`  step ${step} ${state} (${took})${why}`);
  return state === 'FAILED' ? paint.red(line) : line;
}

const linkText = ({ logUrl }: RunBuild): string => (logUrl === null ? '' : `, log ${logUrl}`);

function endLines({ part, status, startedAt, finishedAt, detail, steps }: RunBuild, paint: Paint): string[] {
  const good = status === 'SUCCESS';
  const why = good || detail === null ? '' : `: ${detail}`;
  const line = printable(
    `  build ${part} ${status} (${tookText(startedAt, finishedAt) || 'not started'})${why}`,
  );
  return [
    ...steps.map((step) =>
      printable(
        `    ${step.name} ${step.status} (${tookText(step.startedAt, step.finishedAt) || 'not started'})`,
      ),
    ),
    good ? paint.green(line) : paint.red(line),
  ];
}

/** What went wrong stands at the end, where people look first. */
function lastLines(
  { state, error, intent }: ExecutionEntry,
  failed: readonly RunBuild[],
  paint: Paint,
): string[] {
  if (state === 'SUCCEEDED') return [paint.green(printable(`${intent} ${state}`))];
  return [
    ...failed.map(({ part, id, status, logUrl }) =>
      paint.red(
        printable(`error: build ${part} ${id} ended as ${status}${logUrl === null ? '' : `, log ${logUrl}`}`),
      ),
    ),
    paint.red(
      printable(`${intent} ${state}: ${error === null ? 'no reason was recorded' : maskedLine(error)}`),
    ),
  ];
}

/** One JSON object per event. */
export function eventJson(event: RunEvent): object {
  switch (event.type) {
    case 'execution':
    case 'end': {
      const { entry } = event;
      const error = entry.error === null ? null : maskedLine(entry.error);
      return { type: event.type, ...entry, error };
    }
    case 'step':
      return { ...event.step, type: 'step', stepType: event.step.type };
    case 'build':
    case 'build-end':
      return { type: event.type, ...event.build };
    case 'log': {
      const { build, line } = event;
      return { type: 'log', build: build.id, part: build.part, at: line.at, text: line.text };
    }
    case 'unreadable':
      return event;
  }
}
