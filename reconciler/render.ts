/** A report in any of its formats; each renderer is loaded when it is asked for. */
import type { RunReport } from './model.ts';
import { renderText, type TextOptions } from './report/text.ts';

export const REPORT_FORMATS = [
  'text',
  'summary',
  'json',
  'yaml',
  'html',
  'markdown',
  'junit',
  'sarif',
] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

type RenderOptions = Pick<TextOptions, 'paint' | 'width' | 'history'>;

export async function rendered(
  report: RunReport,
  format: ReportFormat,
  options: RenderOptions = {},
): Promise<string> {
  const { history = [] } = options;
  switch (format) {
    case 'text':
      return renderText(report, options);
    case 'summary':
      return renderText(report, { ...options, density: 'summary' });
    case 'json':
      return (await import('./report/json.ts')).renderJson(report);
    case 'yaml':
      return (await import('./report/yaml.ts')).renderYaml(report);
    case 'html':
      return (await import('./report/html.ts')).renderHtml(report, history);
    case 'markdown':
      return (await import('./report/markdown.ts')).renderMarkdown(report, history);
    case 'junit':
      return (await import('./report/junit.ts')).renderJunit(report);
    case 'sarif':
      return (await import('./report/sarif.ts')).renderSarif(report);
  }
}
