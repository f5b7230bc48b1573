/** Resource Manager v1 and v3: projects as they are looked up by id or number, and their IAM policies. */
import type { Cloud } from '../core/cloud.ts';
import { getPolicy, setPolicy, testPermissions } from '../core/iam-policy.ts';
import { pageOf } from '../core/paging.ts';
import { FOLDER, knownProjects, projectId, projectNumber } from '../core/projects.ts';
import type { Call, Method, Service, Source } from '../core/service.ts';

const REFERENCE: Source = {
  kind: 'documented',
  from: 'cloudresourcemanager v1 and v3 REST references, projects',
};
/** Nobody makes projects here, so all are as old as the local cloud's idea. */
const CREATED = '2025-01-01T00:00:00Z';
const PAGE = { standard: 500, max: 500, key: (id: string) => id };

export function resourceManagerService(cloud: Cloud): Service {
  return {
    name: 'cloudresourcemanager',
    title: 'Resource Manager',
    host: 'cloudresourcemanager.googleapis.com',
    methods: [...versionMethods(cloud, 'v1', oldBody), ...versionMethods(cloud, 'v3', newBody)],
  };
}

function versionMethods(cloud: Cloud, version: string, body: (id: string) => object): Method[] {
  const project = `/${version}/projects/{project}`;
  const method = (verb: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `cloudresourcemanager.projects.${verb}`,
    http,
    path,
    source: REFERENCE,
    handler,
  });
  const owner = (call: Call) => {
    const id = projectId(cloud, call.param('project'));
    return { project: id, name: `cloudresourcemanager.googleapis.com/projects/${id}` };
  };
  const list = (call: Call) => {
    const ask = { size: call.query.get('pageSize'), token: call.query.get('pageToken') };
    const { items, ...more } = pageOf(knownProjects(cloud), ask, PAGE);
    return { projects: items.map(body), ...more };
  };
  return [
    version === 'v1'
      ? method('list', 'GET', '/v1/projects', list)
      : method('search', 'GET', '/v3/projects:search', list),
    method('get', 'GET', project, (call) => body(projectId(cloud, call.param('project')))),
    method('getIamPolicy', 'POST', `${project}:getIamPolicy`, (call) => getPolicy(cloud, owner(call).name)),
    method('setIamPolicy', 'POST', `${project}:setIamPolicy`, (call) =>
      setPolicy(cloud, owner(call), call.json()),
    ),
    method('testIamPermissions', 'POST', `${project}:testIamPermissions`, (call) =>
      testPermissions(call.json()),
    ),
  ];
}

const oldBody = (id: string): object => ({
  projectNumber: projectNumber(id),
  projectId: id,
  lifecycleState: 'ACTIVE',
  name: id,
  createTime: CREATED,
  parent: { type: 'folder', id: FOLDER.slice('folders/'.length) },
});

const newBody = (id: string): object => ({
  name: `projects/${projectNumber(id)}`,
  parent: FOLDER,
  projectId: id,
  state: 'ACTIVE',
  displayName: id,
  createTime: CREATED,
  updateTime: CREATED,
  etag: 'W/"local"',
});
