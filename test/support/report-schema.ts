/** Holds reports to the JSON Schema that is published of them: the recorded file, read by another library than wrote it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { RunReport } from '../../reconciler/model.ts';
import { renderJson } from '../../reconciler/report/json.ts';
import { contradictions } from '../../reconciler/recount.ts';
import { recordedReportSchema } from '../../reconciler/report/schema.ts';

const FILE = join(import.meta.dirname, '..', '..', recordedReportSchema.path);

export const recordedText = (): string => readFileSync(FILE, 'utf8');

const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(recordedText()) as object);

/** What is wrong with a document; empty when nothing is. */
export const problemsOf = (document: unknown): string[] =>
  validate(document)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);

/** The report, after its JSON was found to be as published and to say what it holds. Throws otherwise. */
export function asPublished(report: RunReport): RunReport {
  const problems = problemsOf(JSON.parse(renderJson(report)));
  if (problems.length > 0) throw new Error(`a report breaks its schema: ${problems.join('; ')}`);
  const told = contradictions(report);
  if (told.length > 0) throw new Error(`a report contradicts itself: ${told.join('; ')}`);
  return report;
}
