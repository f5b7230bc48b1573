/** The documents for programs and for other people's pages: each is held to the schema of its format. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import AjvDraft4 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { parse as parseYaml } from 'yaml';
import { findingKey, type RunReport } from '../../../reconciler/model.ts';
import { renderJson } from '../../../reconciler/report/json.ts';
import { renderJunit } from '../../../reconciler/report/junit.ts';
import { renderMarkdown } from '../../../reconciler/report/markdown.ts';
import { renderSarif } from '../../../reconciler/report/sarif.ts';
import { renderText } from '../../../reconciler/report/text.ts';
import { renderYaml } from '../../../reconciler/report/yaml.ts';
import { HOSTILE_TEXTS, hostileText, withTexts } from './hostile.ts';
import { FLEET } from './many.ts';
import { IN_SYNC, SAMPLE } from './sample.ts';

const BREAKER: RunReport = {
  ...SAMPLE,
  breaker: { tripped: ['80 tenants would be changed; at most 20 may'], cause: null, admitted: 0 },
};
/** What programs of today make of a report must hold for all of these. */
const REPORTS = { SAMPLE, IN_SYNC, BREAKER, FLEET: FLEET(60) };
const RENDERERS = {
  text: renderText,
  json: renderJson,
  yaml: renderYaml,
  markdown: renderMarkdown,
  junit: renderJunit,
  sarif: renderSarif,
};

describe.each(Object.entries(RENDERERS))('the report as %s', (name, render) => {
  it('stays what it was, byte for byte', async () => {
    if (name !== 'text') await expect(render(SAMPLE)).toMatchFileSnapshot(`golden/sample.${name}.golden`);
    expect(render(structuredClone(SAMPLE))).toBe(render(SAMPLE));
    expect(render(SAMPLE)).toMatch(/[^\n]\n$/);
  });

  it('has nothing in it that acts on a terminal', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(render(withTexts(SAMPLE, `${text}\u001b[2J\u009b\u202e`))).not.toMatch(
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/,
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('the report as YAML', () => {
  it('is the same value as the JSON, whatever its texts are', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const report = withTexts(SAMPLE, text);
        expect(parseYaml(renderYaml(report))).toEqual(JSON.parse(renderJson(report)));
      }),
      { numRuns: 50 },
    );
  });

  it('reads the same in YAML 1.1, where yes is no text', () => {
    const report = withTexts(SAMPLE, 'yes');
    expect(parseYaml(renderYaml(report), { version: '1.1' })).toEqual(JSON.parse(renderJson(report)));
  });
});

describe('the report as JUnit XML', () => {
  const schema = readFileSync(join(import.meta.dirname, 'fixtures', 'junit.xsd'), 'utf8');
  const problems = async (documents: readonly string[]) => {
    const xml = documents.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
    return (await validateXML({ xml, schema })).errors.map(({ rawMessage }) => rawMessage);
  };

  it('is valid, whatever the texts are', async () => {
    // Times stay times: no clock writes anything else.
    const hostile = HOSTILE_TEXTS.map((text) => ({ ...withTexts(SAMPLE, text), run: SAMPLE.run }));
    expect(await problems([...Object.values(REPORTS), ...hostile].map(renderJunit))).toEqual([]);
    expect(await problems(['<testsuites><testsuite name="x"/></testsuites>'])).not.toEqual([]);
  });

  it('fails drift and ill health, has an error for what nobody could read, and skips what is pending or accepted', () => {
    const page = renderJunit(SAMPLE);
    const outcome = (name: string) =>
      new RegExp(`name="${name.replace(/[.[\]]/g, '\\$&')}" time="0">\\s*<(\\w+)`).exec(page)?.[1];
    expect(outcome('missing:nat/acme-nat')).toBe('failure');
    expect(outcome('unhealthy:endpoint/hello:status')).toBe('failure');
    expect(outcome('unreadable:registry/beta')).toBe('error');
    expect(outcome('pending:subnet/beta-nodes:privateIpGoogleAccess')).toBe('skipped');
    expect(outcome('changed:node-pool/cpu:autoscaling.maxNodeCount')).toBe('skipped');
    expect(page).toContain(
      '<testsuites name="plumbline run-20260301-100000" tests="10" failures="5" errors="2"',
    );
  });

  it('has a case for each tenant in sync, so that nobody takes silence for health', () => {
    expect(renderJunit(IN_SYNC)).toContain('tests="2" failures="0" errors="0"');
  });
});

describe('the report as SARIF', () => {
  // The schema calls its formats by draft 4's names, and has annotations that a strict reader does not know.
  const ajv = new AjvDraft4.default({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const validate = ajv.compile(sarifSchema);

  it('is valid SARIF 2.1.0, whatever the texts are', () => {
    const hostile = HOSTILE_TEXTS.map((text) => ({ ...withTexts(SAMPLE, text), run: SAMPLE.run }));
    for (const report of [...Object.values(REPORTS), ...hostile]) {
      validate(JSON.parse(renderSarif(report)));
      expect(validate.errors ?? []).toEqual([]);
    }
    expect(validate({ version: '2.1.0', runs: [{}] })).toBe(false);
  });

  it('names every finding by tenant and key, and says what is new, accepted or not drift', () => {
    const log = JSON.parse(renderSarif(SAMPLE)) as {
      runs: [{ results: { ruleId: string; level: string; baselineState: string; suppressions: object[] }[] }];
    };
    const [{ results }] = log.runs;
    expect(
      results
        .map((result) => JSON.stringify(result))
        .map((text) => /plumblineFinding\/v1":"([^"]+)/.exec(text)?.[1]),
    ).toEqual(
      SAMPLE.tenants.flatMap(({ name, findings }) => findings.map((each) => `${name}/${findingKey(each)}`)),
    );
    const of = (rule: string) => results.find(({ ruleId }) => ruleId === `plumbline/${rule}`);
    expect([of('missing')?.level, of('unreadable')?.level, of('pending')?.level]).toEqual([
      'error',
      'warning',
      'note',
    ]);
    expect([of('missing')?.baselineState, of('changed')?.baselineState]).toEqual(['new', 'unchanged']);
    expect(results.filter(({ suppressions }) => suppressions.length > 0)).toHaveLength(1);
  });
});

describe('the report as Markdown', () => {
  const reader = MarkdownIt({ html: true, linkify: true });
  const shape = (text: string) =>
    reader.parse(text, {}).flatMap(({ type, children }) => [
      type,
      // A word may or may not need a code span; both are text.
      ...(children ?? [])
        .map((child) => child.type)
        .filter((each) => !['text', 'code_inline'].includes(each)),
    ]);

  it('holds no markup, no link and no cell that it did not write, whatever the texts are', () => {
    const plain = shape(renderMarkdown(withTexts(SAMPLE, 'x')));
    expect(plain).not.toContain('html_block');
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(shape(renderMarkdown(withTexts(SAMPLE, text)))).toEqual(plain);
      }),
      { numRuns: 150 },
    );
  });

  it('tells one finding of many tenants once, and keeps what is pending apart', () => {
    const page = renderMarkdown(FLEET(600));
    expect(page).toContain('`autoscaling.maxNodeCount`, 50 different values on 50 tenants\n');
    expect(page).toContain('\n  - `tenant-00001`: want `2` → have `4`\n');
    expect(page).toContain('\n  - and 42 more\n');
    expect(page).toContain('- `-` **missing** `nat/{tenant}-nat`, on 100 tenants: `tenant-00001`, ');
    const [drift, pending] = page.split('## Pending');
    expect(drift).not.toContain('**pending**');
    expect(pending).toContain(
      '`»` **pending** `deployment/web` `replicas`: want `3` → have `2`, on 50 tenants',
    );
    expect(page.length).toBeLessThan(65_536);
  });
});
