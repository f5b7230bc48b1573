/** The view of `plumb watch` as lines: for a window of some width and height, or for a log, one line per change. */
import type { ExecutionEntry } from '../../desired-state/store.ts';
import { columns } from '../report/columns.ts';
import { printable } from '../report/printable.ts';
import { maskedLine } from '../report/sensitive.ts';
import type { Paint } from '../report/text.ts';
import { plural, shortTime } from '../report/words.ts';
import { ageOf } from './age.ts';
import type { PassView, RunView, WatchView } from './watch-view.ts';

export interface Frame {
  /** Characters and lines of the window; null: as many as it takes. */
  readonly width: number | null;
  readonly height: number | null;
  readonly paint: Paint;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The window, top to bottom; no line is wider and there are no more lines than it has. */
export function watchLines(view: WatchView, frame: Frame): string[] {
  const { width, height, paint, now } = frame;
  const head = [
    paint.bold(cut(passText(view.pass, now), width)),
    ...view.problems.map((problem) => paint.red(cut(`? could not be read: ${problem}`, width))),
    '',
  ];
  const active = activeLines(view.active, frame);
  const ended = endedLines(view.ended, frame);
  const room = height === null ? Infinity : height - head.length;
  // What is under way goes before what is over.
  const upper = shortened(active, Math.max(1, Math.min(active.length, room)), width);
  const lower = room - upper.length < 3 ? [] : shortened(['', ...ended], room - upper.length, width);
  return [...head, ...upper, ...(ended.length === 0 ? [] : lower)];
}

const TABLE = ['TENANT', 'FLOW', 'STATE', 'STEP', 'BUILD', 'FOR', 'LOG'] as const;
/** What is left out, in this order, where the window is too narrow. A part of a link leads nowhere. */
const DISPENSABLE: readonly (typeof TABLE)[number][] = ['LOG', 'STEP', 'FLOW'];

function activeLines(active: readonly RunView[], { width, paint, now }: Frame): string[] {
  if (active.length === 0) return [cut('nothing is under way', width)];
  const rows = active.map((run) => cellsOf(run, now));
  let shown: readonly (typeof TABLE)[number][] = TABLE;
  let lines = tableOf(shown, rows);
  for (const head of DISPENSABLE) {
    if (width === null || lines.every((line) => widthOf(line) <= width)) break;
    shown = shown.filter((each) => each !== head);
    lines = tableOf(shown, rows);
  }
  const [heads = '', ...others] = lines.map((line) => cut(line, width));
  const links = !shown.includes('LOG');
  return [
    paint.dim(heads),
    ...others.flatMap((line, place) => {
      const run = active[place];
      const below = links && run?.link != null ? [`  ${printable(run.link)}`] : [];
      const fitting = below.filter((link) => widthOf(link) <= (width ?? Infinity));
      return [paintOf(run, paint)(line), ...fitting.map((link) => paint.dim(link))];
    }),
  ];
}

const tableOf = (
  heads: readonly (typeof TABLE)[number][],
  rows: readonly Readonly<Record<(typeof TABLE)[number], string>>[],
): string[] =>
  columns(
    heads,
    rows.map((row) => heads.map((head) => printable(row[head]))),
  );

function cellsOf(run: RunView, now: number): Readonly<Record<(typeof TABLE)[number], string>> {
  const { entry, status, step, build, link, problem } = run;
  return {
    TENANT: entry.name,
    FLOW: entry.flow,
    STATE: status === null || entry.state !== 'RUNNING' ? entry.state : status,
    STEP: step ?? '-',
    BUILD: problem === null ? (build ?? '-') : `? ${problem}`,
    FOR: ageOf(entry.createdAt, now),
    LOG: link ?? '-',
  };
}

const paintOf = (run: RunView | undefined, paint: Paint): ((text: string) => string) =>
  run === undefined || run.problem === null ? (text) => text : paint.red;

function endedLines(ended: readonly ExecutionEntry[], { width, paint, now }: Frame): string[] {
  if (ended.length === 0) return [];
  return [
    paint.dim(cut('ENDED', width)),
    ...ended.map((entry) => {
      const line = cut(endedText(entry, ageOf(entry.updatedAt, now)), width);
      return entry.state === 'SUCCEEDED' ? paint.green(line) : paint.red(line);
    }),
  ];
}

function endedText({ intent, state, error, name }: ExecutionEntry, age: string): string {
  const why = error === null ? '' : `: ${maskedLine(error)}`;
  const more = state === 'FAILED' ? ` (plumb logs ${name})` : '';
  return `${intent} ${state} ${age} ago${more}${why}`;
}

function passText(pass: PassView | null, now: number): string {
  if (pass === null) return 'no pass has left its mark yet';
  const { mark, done } = pass;
  const begun = `pass ${mark.pass} (${mark.run}) began ${shortTime(mark.begunAt)}`;
  if (mark.finishedAt !== null) return `${begun}, ended ${ageOf(mark.finishedAt, now)} ago`;
  const far = done === null ? '' : `, ${done.looked} of ${plural(done.all, 'tenant')} looked at`;
  return `${begun}, under way for ${ageOf(mark.begunAt, now)}${far}`;
}

/** The first of them, with how many are not shown in place of the last. */
function shortened(lines: readonly string[], room: number, width: number | null): string[] {
  if (lines.length <= room) return [...lines];
  const kept = lines.slice(0, Math.max(0, room - 1));
  return [...kept, cut(`… and ${lines.length - kept.length} more`, width)];
}

const widthOf = (text: string): number => Array.from(text).length;

/** Before it is painted: what is cut must not be a colour. */
function cut(text: string, width: number | null): string {
  const clean = printable(text);
  if (width === null || widthOf(clean) <= width) return clean;
  return `${Array.from(clean)
    .slice(0, Math.max(0, width - 1))
    .join('')}…`;
}

/** One line per thing that can change, by what it is about; lines that are equal say that nothing has changed. */
export function changeLines(view: WatchView): ReadonlyMap<string, string> {
  return new Map([
    ['pass', printable(passChange(view.pass))],
    ...view.problems.map(
      (problem) => [`problem ${problem}`, printable(`? could not be read: ${problem}`)] as const,
    ),
    ...view.active.map((run) => [run.entry.intent, printable(runChange(run))] as const),
    ...view.ended.map((entry) => [entry.intent, printable(`${entry.intent} ${endOf(entry)}`)] as const),
  ]);
}

const endOf = ({ state, error }: ExecutionEntry): string =>
  error === null ? state : `${state}: ${maskedLine(error)}`;

function passChange(pass: PassView | null): string {
  if (pass === null) return 'no pass has left its mark yet';
  const { mark, done } = pass;
  const name = `pass ${mark.pass} (${mark.run})`;
  if (mark.finishedAt !== null) return `${name} ended ${shortTime(mark.finishedAt)}`;
  const far = done === null ? '' : `, ${done.looked} of ${plural(done.all, 'tenant')} looked at`;
  return `${name} under way since ${shortTime(mark.begunAt)}${far}`;
}

function runChange({ entry, status, step, build, link, problem }: RunView): string {
  return [
    `${entry.intent} ${entry.state}`,
    ...(status === null ? [] : [status]),
    ...(step === null ? [] : [`step ${step}`]),
    ...(build === null ? [] : [`build ${build}`]),
    ...(problem === null ? [] : [`? ${problem}`]),
    ...(link === null ? [] : [link]),
  ].join(', ');
}
