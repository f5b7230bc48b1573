/** The state both Workflows services share, one per cloud. */
import type { Cloud } from '../../core/cloud.ts';
import { perCloud } from '../../core/per-cloud.ts';
import { Definitions } from './definitions.ts';
import { Executions } from './executions.ts';
import { Projects } from './names.ts';
import { Quotas } from './quotas.ts';

export interface Engine {
  readonly projects: Projects;
  readonly definitions: Definitions;
  readonly executions: Executions;
  readonly quotas: Quotas;
}

/** The cloud's engine, made on first use: `workflows` and `workflowexecutions` are two doors of one house. */
export const engineOf = perCloud((cloud: Cloud): Engine => {
  const projects = new Projects();
  const quotas = new Quotas(cloud);
  const executions = new Executions(cloud, projects, quotas);
  return { projects, definitions: new Definitions(cloud), executions, quotas };
});
