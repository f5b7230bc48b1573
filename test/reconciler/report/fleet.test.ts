/** What the renderers say about the fleet as a whole: an open breaker first of all, then overrides and rollouts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FLEET, type FleetReport } from '../../../reconciler/fleet-model.ts';
import type { RunReport } from '../../../reconciler/model.ts';
import { renderHtml } from '../../../reconciler/report/html.ts';
import { renderJson } from '../../../reconciler/report/json.ts';
import { renderMarkdown } from '../../../reconciler/report/markdown.ts';
import { renderText } from '../../../reconciler/report/text.ts';
import { problemsOf } from '../../support/report-schema.ts';
import { IN_SYNC, SAMPLE } from './sample.ts';
import { skeleton } from './skeleton.ts';

const fleetWith = (text: string): FleetReport => ({
  ...NO_FLEET,
  overrides: [
    {
      id: 'override-1a2b3c4d',
      actor: text,
      reason: text,
      launches: 12,
      used: 7,
      until: '2026-03-01T18:00:00Z',
      acceptsSize: false,
      refused: null,
    },
  ],
  unguarded: [{ threshold: 'records', reason: text }],
  rollouts: [
    {
      name: 'web-v2',
      field: 'spec.workload.source.revision',
      value: text,
      author: text,
      state: 'halted',
      wave: 1,
      waves: 3,
      tenants: { done: 6, returned: 1, waiting: 22, edited: 1 },
      message: text,
    },
  ],
});

const openWith = (text: string): RunReport => ({
  ...SAMPLE,
  breaker: { tripped: [text], cause: text, admitted: 0 },
  fleet: fleetWith(text),
});

describe('a report of an open breaker', () => {
  const report: RunReport = {
    ...SAMPLE,
    breaker: {
      tripped: ['80 tenants would be changed because of drift; at most 20 of 200 may'],
      cause: 'nat missing, on 80 of 80 tenants; 80 of them by cleanup@acme.example',
      admitted: 0,
    },
  };

  it('says so before anything else, with each threshold, the cause, and how to go on', () => {
    expect(renderText(report).split('\n').slice(0, 6)).toEqual([
      'BREAKER OPEN: this pass launched nothing.',
      '  80 tenants would be changed because of drift; at most 20 of 200 may.',
      '  Suspected cause: nat missing, on 80 of 80 tenants; 80 of them by cleanup@acme.example.',
      expect.stringMatching(
        /^ {2}To go on, find the cause first; then 'plumb override --launches N/,
      ) as string,
      '',
      expect.stringMatching(/^Not in sync/) as string,
    ]);
    const page = renderHtml(report);
    expect(page.indexOf('BREAKER OPEN')).toBeLessThan(page.indexOf('<h1>'));
    expect(page).toContain('at most 20 of 200 may');
  });

  it('says what an override admitted, and that nothing stands out where nothing does', () => {
    const admitted = { ...report, breaker: { ...report.breaker!, admitted: 5, cause: null } };
    expect(renderText(admitted)).toMatch(
      /^BREAKER OPEN: this pass launched 5, which an override admits, and nothing else\.\n/,
    );
    expect(renderText(admitted)).toContain('Suspected cause: nothing stands out');
  });

  it('does not claim of a dry run that it held something back', () => {
    const looked = { ...report, run: { ...report.run, mode: 'dry-run' as const } };
    expect(renderText(looked)).toMatch(/^BREAKER OPEN: a pass that acts would launch nothing\.\n/);
  });
});

describe('a report of a fleet that people steer', () => {
  it('lists overrides in force, thresholds that are switched off, and rollouts under way', () => {
    const text = renderText({ ...IN_SYNC, fleet: fleetWith('WHY') });
    expect(text).toContain(
      'Override override-1a2b3c4d by WHY, until 2026-03-01 18:00:00Z: 5 of 12 launches were left when this pass began (WHY).',
    );
    expect(text).toContain('Breaker: the threshold "records" is switched off (WHY).');
    expect(text).toContain(
      'Rollout web-v2: spec.workload.source.revision = WHY, halted, wave 1 of 3: ' +
        '22 waiting, 1 on the way, 6 done, 1 returned; WHY.',
    );
    const page = renderHtml({ ...IN_SYNC, fleet: fleetWith('WHY') });
    expect(page).toContain('<h2 id="fleet">Fleet</h2>');
    expect(page).toContain('22 waiting, 1 on the way');
  });

  it('says what of earlier passes people were not told yet, and why not', () => {
    const outbox = { count: 3, since: '2026-03-01T08:00:00Z', lastError: 'it answered 503' };
    const line =
      'Notifications: 3 of earlier passes not delivered, the oldest since 2026-03-01 08:00:00Z; ' +
      'last error: it answered 503 (plumb get notifications).';
    const report = { ...IN_SYNC, fleet: { ...NO_FLEET, outbox } };
    expect(renderText(report)).toContain(line);
    expect(renderHtml(report)).toContain(line);
    expect(renderMarkdown(report)).toContain('3 of earlier passes not delivered');
    expect(problemsOf(JSON.parse(renderJson(report)) as Record<string, unknown>)).toEqual([]);
    const untried = { ...report, fleet: { ...NO_FLEET, outbox: { ...outbox, lastError: null } } };
    expect(renderText(untried)).toContain('no try was made yet');
  });

  it('says of an override that is not honoured why', () => {
    const [override] = fleetWith('x').overrides;
    const fleet = { ...NO_FLEET, overrides: [{ ...override!, refused: 'eve is no platform operator' }] };
    expect(renderText({ ...IN_SYNC, fleet })).toContain('not honoured: eve is no platform operator');
  });

  it('says nothing about it where there is nothing to say', () => {
    expect(renderText(IN_SYNC)).not.toMatch(/breaker|override|rollout/i);
    expect(renderHtml(IN_SYNC)).not.toMatch(/breaker open|override|rollout|id="fleet"/i);
  });

  it('lets no text that people or clouds wrote become markup or move a terminal', () => {
    const plain = skeleton(renderHtml(openWith('x')));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.constantFrom('<script>alert(1)</script>', '"><img src=x>', '</li></ul><!--'),
          fc.string(),
        ),
        (text) => {
          const report = openWith(`${text}\u001b[2J\u202e`);
          expect(skeleton(renderHtml(report))).toEqual(plain);
          expect(renderText(report)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
          expect(JSON.parse(renderJson(report))).toEqual(JSON.parse(JSON.stringify(report)));
        },
      ),
    );
  });
});
