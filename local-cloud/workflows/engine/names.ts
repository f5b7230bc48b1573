/** Names of workflows and executions. Requests may use a project's id or number; executions answer with the number. */
import { numericId } from '../../core/store.ts';

export interface WorkflowName {
  /** The project's id, never its number. */
  readonly project: string;
  readonly location: string;
  readonly workflow: string;
}

export const workflowPath = ({ project, location, workflow }: WorkflowName): string =>
  `projects/${project}/locations/${location}/workflows/${workflow}`;

/** Key in the resource store: Asset Inventory's full name. */
export const workflowKey = (name: WorkflowName): string => `workflows.googleapis.com/${workflowPath(name)}`;

const PROJECT_NUMBER_DIGITS = 12;

/** Knows the number of every project, and the id behind every number it has given out. */
export class Projects {
  readonly #ids = new Map<string, string>();

  numberOf(id: string): string {
    const number = numericId(id, PROJECT_NUMBER_DIGITS);
    this.#ids.set(number, id);
    return number;
  }

  /** The id for an id or a number; a number nobody was given stands for itself. */
  idOf(text: string): string {
    return this.#ids.get(text) ?? text;
  }
}
