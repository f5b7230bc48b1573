/** `-o FORMAT[=PATH]`, as often as one likes: the formats of a report, and where each goes. */
import { InvalidArgumentError, Option } from 'commander';
import { REPORT_FORMATS, type ReportFormat } from '../render.ts';

export interface ReportTarget {
  readonly format: ReportFormat;
  /** Null: stdout. */
  readonly path: string | null;
}

export const DEFAULT_TARGETS: readonly ReportTarget[] = [{ format: 'text', path: null }];

const NAMES = `${REPORT_FORMATS.slice(0, -1).join(', ')} or ${REPORT_FORMATS.at(-1) ?? ''}`;

export const reportOption = (): Option =>
  new Option('-o, --output <format[=path]>', `${NAMES}; repeatable with =PATH`).argParser(
    (value: string, before: readonly ReportTarget[] | undefined) => [...(before ?? []), targetOf(value)],
  );

function targetOf(value: string): ReportTarget {
  const [name = '', ...rest] = value.split('=');
  const path = rest.length === 0 ? null : rest.join('=');
  const format = REPORT_FORMATS.find((each) => each === name);
  if (format === undefined || path === '') {
    throw new InvalidArgumentError(`use ${NAMES}, with =PATH to write a file`);
  }
  return { format, path };
}
