/** What a report of a fleet costs to render, against writing the same report as JSON. */
import type { RunReport } from '../reconciler/model.ts';
import { renderHtml } from '../reconciler/report/html.ts';
import { renderText } from '../reconciler/report/text.ts';
import { FLEET } from '../test/reconciler/report/many.ts';
import { compare, show } from './ratio.ts';

const SIZE = 2_000;

/** One line per rendering; the page's also says how large the page of ten thousand tenants is. */
export function benchReport(line: (text: string) => void): void {
  const report = FLEET(SIZE);
  const json = (value: RunReport) => JSON.stringify(value).length;
  line(
    show(
      compare(
        `render a page of ${SIZE} tenants / JSON.stringify of the same report`,
        () => renderHtml(report).length,
        () => json(report),
      ),
    ),
  );
  line(
    show(
      compare(
        `render text of ${SIZE} tenants / JSON.stringify of the same report`,
        () => renderText(report).length,
        () => json(report),
      ),
    ),
  );
  const megabytes = Buffer.byteLength(renderHtml(FLEET(10_000))) / 1e6;
  line(`the page of 10000 tenants: ${megabytes.toFixed(1)} MB`);
}
