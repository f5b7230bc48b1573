/** The state both Workflows services share, one per cloud. */
import type { Cloud } from '../../core/cloud.ts';
import { Definitions } from './definitions.ts';
import { Executions } from './executions.ts';
import type { LogEntry } from './log.ts';
import { Projects } from './names.ts';

export interface Engine {
  readonly projects: Projects;
  readonly definitions: Definitions;
  readonly executions: Executions;
}

const engines = new WeakMap<Cloud, Engine>();

/** The cloud's engine, made on first use: `workflows` and `workflowexecutions` are two doors of one house. */
export function engineOf(cloud: Cloud): Engine {
  const known = engines.get(cloud);
  if (known !== undefined) return known;
  const projects = new Projects();
  const engine = {
    projects,
    definitions: new Definitions(cloud),
    executions: new Executions(cloud, projects),
  };
  engines.set(cloud, engine);
  return engine;
}

/** Everything workflows wrote with `sys.log`, oldest first, in the shape of Cloud Logging entries. */
export const workflowLogEntries = (cloud: Cloud): readonly LogEntry[] =>
  engineOf(cloud).executions.log.list();
