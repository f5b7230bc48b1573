import { describe, expect, it } from 'vitest';
import { REPORT_FORMAT } from '../../../reconciler/model.ts';
import { renderJson } from '../../../reconciler/report/json.ts';
import { recordedReportSchema, reportSchema } from '../../../reconciler/report/schema.ts';
import { problemsOf, recordedText } from '../../support/report-schema.ts';
import { HOSTILE_TEXTS, withTexts } from './hostile.ts';
import { FLEET } from './many.ts';
import { IN_SYNC, SAMPLE } from './sample.ts';

const asJson = (report: typeof SAMPLE) => JSON.parse(renderJson(report)) as Record<string, unknown>;

describe('the published schema of a report', () => {
  it('stands in the repository as it is generated; `npm run fix` renews it', () => {
    expect(recordedText()).toBe(recordedReportSchema.text());
  });

  it('is named after the version of the format', () => {
    const { title, $id } = JSON.parse(recordedText()) as Record<string, string>;
    expect(title).toBe(`RunReport (${REPORT_FORMAT})`);
    expect(`${$id?.replace(/.*schema\/report\.(.*)\.json$/, '$1')}`).toBe(REPORT_FORMAT.split('/')[2]);
  });

  it('holds of every report of these tests, as a library reads it and as ours does', () => {
    for (const report of [SAMPLE, IN_SYNC, FLEET(200), withTexts(SAMPLE, HOSTILE_TEXTS[0])]) {
      expect(problemsOf(asJson(report))).toEqual([]);
      expect(reportSchema.parse(asJson(report))).toEqual(asJson(report));
    }
  });

  it.each([
    ['another format', { format: 'plumbline.dev/report/v9' }],
    ['a key nobody knows', { surprise: 1 }],
    ['a count that is none', { summary: { ...SAMPLE.summary, launched: -1 } }],
    ['a verdict nobody gives', { tenants: [{ ...SAMPLE.tenants[0], verdict: 'fine' }] }],
  ])('refuses %s', (_what, change) => {
    const document = { ...asJson(SAMPLE), ...change };
    expect(problemsOf(document)).not.toEqual([]);
    expect(reportSchema.safeParse(document).success).toBe(false);
  });
});
