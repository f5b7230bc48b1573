/** Path variables of both services, and the API versions gcloud's release tracks use. */
import type { Call, Handler } from '../../core/service.ts';
import { notFound } from '../../core/errors.ts';
import type { Projects, WorkflowName } from '../engine/names.ts';

export const LOCATION = '/{version}/projects/{project}/locations/{location}';
export const WORKFLOWS = `${LOCATION}/workflows`;
export const WORKFLOW = `${WORKFLOWS}/{workflow}`;

const VERSIONS = ['v1', 'v1beta', 'v1alpha1'];

/** Refuses versions the service does not have. */
export const versioned =
  (handler: Handler): Handler =>
  (call) => {
    if (!VERSIONS.includes(call.param('version'))) throw notFound(call.url.pathname);
    return handler(call);
  };

export const locationOf = (call: Call, projects: Projects): { project: string; location: string } => ({
  project: projects.idOf(call.param('project')),
  location: call.param('location'),
});

export const workflowOf = (call: Call, projects: Projects): WorkflowName => ({
  ...locationOf(call, projects),
  workflow: call.param('workflow'),
});
