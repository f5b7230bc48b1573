/** What would run after an edit, as lines: marks of danger, actions and held actions, the definition, the argument. */
import type { RunPreview } from '../preview-run.ts';
import { printable } from '../report/printable.ts';
import type { Paint } from '../report/text.ts';
import type { Preview } from './preview-text.ts';

const DANGER: Readonly<Record<string, string>> = {
  'one-way': 'cannot be undone',
  stateful: 'loses what it holds',
  replace: 'is made anew',
};

/** One line per resource that would not survive the edit as it is. */
export function dangerLines({ isNew, resources }: Preview, paint: Paint): string[] {
  if (isNew) return [];
  const lines = resources.flatMap(({ resource, risk }) => {
    const danger = DANGER[risk];
    return danger === undefined ? [] : [`    ! ${resource} ${danger}`];
  });
  return [...new Set(lines)].map((line) => paint.red(printable(line)));
}

export function runLines({ plan, launch }: RunPreview, paint: Paint): string[] {
  const { actions, held } = plan;
  return [
    ...(actions.length + held.length === 0 ? ['  nothing would be launched'] : []),
    ...actions.map(({ summary }) => paint.green(printable(`  would run: ${summary}`))),
    ...held.map(({ reason, message }) => paint.yellow(printable(`  held (${reason}): ${message}`))),
    ...(launch === null
      ? []
      : [
          `  definition ${launch.definition.name}:`,
          ...launch.definition.source.trimEnd().split('\n').map(inset),
          '  argument (the intent’s last number is given when it is launched):',
          ...JSON.stringify(launch.argument, null, 2).split('\n').map(inset),
        ]),
  ];
}

const inset = (line: string): string => `    ${printable(line)}`;
