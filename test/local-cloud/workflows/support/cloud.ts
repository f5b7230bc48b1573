/** A cloud with nothing but the Workflows services, and a client that speaks plain HTTP to them. */
import { tmpdir } from 'node:os';
import { createCloud, type Cloud } from '../../../../local-cloud/core/cloud.ts';
import { configSchema } from '../../../../local-cloud/core/config.ts';
import type { Parts } from '../../../../local-cloud/core/parts.ts';
import { serve, type Listening } from '../../../../local-cloud/core/server.ts';
import { workflowExecutionsService } from '../../../../local-cloud/workflows/rest/executions.ts';
import { workflowsService } from '../../../../local-cloud/workflows/rest/workflows.ts';

/** Workflows needs none of them. */
const NO_PARTS: Parts = {
  kubernetes: {
    ensure: () => Promise.reject(new Error('no clusters here')),
    remove: () => Promise.resolve(),
    list: () => [],
    close: () => Promise.resolve(),
  },
  networks: {
    publish: () => () => undefined,
    proxyUrl: () => Promise.reject(new Error('no networks here')),
    close: () => Promise.resolve(),
  },
  terraform: {
    attach: () => Promise.reject(new Error('no terraform here')),
    close: () => Promise.resolve(),
  },
};

export type Json = Record<string, unknown>;

interface Answer {
  readonly status: number;
  readonly body: Json;
}

export interface WorkflowsCloud {
  readonly cloud: Cloud;
  readonly workflows: Listening;
  readonly executions: Listening;
  call(
    service: 'workflows' | 'workflowexecutions',
    http: string,
    path: string,
    body?: unknown,
  ): Promise<Answer>;
  /** Deploys and waits; the finished operation. */
  deploy(id: string, source: string, fields?: Json): Promise<Json>;
  /** Runs to the end; the finished execution. */
  run(id: string, argument?: unknown, fields?: Json): Promise<Json>;
  close(): Promise<void>;
}

export const PARENT = 'projects/acme/locations/us-central1';

/** `speed` 0 stands still: time moves by `cloud.clock.advance` only. */
export async function workflowsCloud(speed = 1000): Promise<WorkflowsCloud> {
  const cloud = createCloud(configSchema.parse({ dataDir: tmpdir(), speed }), () => NO_PARTS);
  const workflows = await serve(cloud, workflowsService(cloud), 0);
  const executions = await serve(cloud, workflowExecutionsService(cloud), 0);
  cloud.endpoints['workflows'] = workflows.url;
  cloud.endpoints['workflowexecutions'] = executions.url;
  const call: WorkflowsCloud['call'] = async (service, http, path, body) => {
    const response = await fetch(`${cloud.endpoints[service] ?? ''}/v1/${path}`, {
      method: http,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const until = async (read: () => Promise<Json>, over: (body: Json) => boolean): Promise<Json> => {
    for (;;) {
      const body = await read();
      if (over(body)) return body;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    cloud,
    workflows,
    executions,
    call,
    deploy: async (id, source, fields = {}) => {
      const path = `${PARENT}/workflows?workflowId=${id}`;
      const { body } = await call('workflows', 'POST', path, { sourceContents: source, ...fields });
      const name = String(body['name']);
      return until(
        async () => (await call('workflows', 'GET', name)).body,
        (operation) => operation['done'] === true,
      );
    },
    run: async (id, argument, fields = {}) => {
      const { body } = await call('workflowexecutions', 'POST', `${PARENT}/workflows/${id}/executions`, {
        ...(argument !== undefined && { argument: JSON.stringify(argument) }),
        ...fields,
      });
      const name = String(body['name']);
      return until(
        async () => (await call('workflowexecutions', 'GET', name)).body,
        ({ state }) => state !== 'ACTIVE' && state !== 'QUEUED',
      );
    },
    close: async () => {
      await executions.close();
      await workflows.close();
    },
  };
}
