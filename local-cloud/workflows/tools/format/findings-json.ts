/** Findings for programs: one JSON document of our own, and SARIF 2.1.0 for what shows findings in code reviews. */
import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import type { Finding } from '../findings.ts';
import { RULES } from '../lint/lint.ts';

export const findingsJson = (findings: readonly Finding[]): string =>
  JSON.stringify(
    {
      findings: findings.map(({ span, ...finding }) => ({
        file: finding.file,
        line: span.line,
        column: span.column,
        endColumn: span.end,
        level: finding.level,
        rule: finding.rule,
        message: finding.message,
        ...(finding.step !== undefined && { step: finding.step }),
        ...(finding.help !== undefined && { help: finding.help }),
      })),
    },
    null,
    2,
  );

/** Rules carry the lint's own words; the kinds of deploy errors are listed as they occur. */
export function findingsSarif(findings: readonly Finding[]): string {
  const ids = [...new Set([...RULES.map(({ id }) => id), ...findings.map(({ rule }) => rule)])];
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'plumb workflows check', rules: ids.map(ruleOf) } },
          columnKind: 'utf16CodeUnits',
          results: findings.map((finding) => resultOf(finding, ids)),
        },
      ],
    },
    null,
    2,
  );
}

function ruleOf(id: string): Record<string, unknown> {
  const rule = RULES.find((candidate) => candidate.id === id);
  return {
    id,
    defaultConfiguration: { level: rule === undefined ? 'error' : 'warning' },
    shortDescription: { text: rule?.summary ?? `Google Cloud Workflows refuses to deploy this (${id}).` },
    ...(rule !== undefined && { help: { text: rule.help } }),
  };
}

function resultOf({ file, level, rule, message, help, span }: Finding, ids: readonly string[]): unknown {
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level,
    message: { text: help === undefined ? message : `${message}. To fix it: ${help}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: {
            startLine: span.line,
            startColumn: span.column,
            endLine: span.line,
            endColumn: span.end,
          },
        },
      },
    ],
  };
}

/** Relative paths stay relative, so that the report means the same in every checkout. */
function uriOf(file: string): string {
  if (file === '<stdin>') return 'stdin';
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
