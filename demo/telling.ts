/** What the chapters share: stopping where something does not hold, running a pass, finding one's way in the examples. */
import type { Tenant } from '../desired-state/tenant.ts';
import { findingKey, type RunReport } from '../reconciler/model.ts';
import { StoryBroken, type DemoResult, type PassResult } from './result.ts';
import { runPass, type Stage } from './stage.ts';

/** Throws StoryBroken, naming the chapter, as soon as something does not hold. */
export function mustHold(step: string, holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new StoryBroken(step, otherwise);
}

/** One pass by the job; its outcome goes into the result. */
export async function pass(stage: Stage, result: DemoResult, runId: string): Promise<RunReport> {
  const report = await runPass(stage, runId);
  const seen: PassResult = {
    verdicts: report.summary.verdicts,
    findings: report.tenants.flatMap((tenant) => tenant.findings),
    launched: report.summary.launched,
    held: report.summary.held,
  };
  result.passes.push(seen);
  const verdicts = Object.entries(seen.verdicts).map(([verdict, n]) => `${n} ${verdict}`);
  stage.progress.line(
    `${verdicts.join(', ')}; ${seen.findings.length} findings, ${seen.launched} launched, ${seen.held} held`,
  );
  return report;
}

export const names = (report: RunReport): string[] => report.tenants.map((tenant) => tenant.name);
export const keys = (report: RunReport): string[] =>
  report.tenants.flatMap((tenant) =>
    tenant.findings.map((finding) => `${tenant.name} ${findingKey(finding)}`),
  );

export const specOf = (tenants: readonly Tenant[], name: string): Tenant['spec'] => {
  const found = tenants.find((tenant) => tenant.metadata.name === name);
  if (!found) throw new StoryBroken('examples', `there is no example record ${name}`);
  return found.spec;
};
export const projectOf = (tenants: readonly Tenant[], name: string): string => specOf(tenants, name).project;
