/** The control route: faults, time, the audit log. On a port of its own, so that no SDK reaches it by accident. */
import { z } from 'zod';
import { inventoryOf } from '../cloudasset/inventory.ts';
import { repositories } from '../cloudbuild/repositories.ts';
import type { Cloud } from '../core/cloud.ts';
import { ApiError } from '../core/errors.ts';
import type { Call, Method, Service, Source } from '../core/service.ts';
import { clusterSchema, developerCluster, DeveloperTerraform, terraformSchema } from './developer.ts';

const OURS: Source = { kind: 'documented', from: 'local-cloud/README.md; Google has no such route' };

const faultSchema = z.strictObject({
  id: z.string().optional(),
  service: z.string().optional(),
  method: z.string().optional(),
  contains: z.string().optional(),
  principal: z.string().optional(),
  status: z.int().min(400).max(599).optional(),
  message: z.string().optional(),
  rawBody: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  delayMs: z.number().min(0).optional(),
  hang: z.boolean().optional(),
  reset: z.boolean().optional(),
  loseAnswer: z.boolean().optional(),
  times: z.int().min(1).optional(),
});

const timeSchema = z.strictObject({
  advanceMs: z.number().min(0).optional(),
  speed: z.number().min(0).max(100_000).optional(),
});

/** How far Asset Inventory is behind the resources, in milliseconds of cloud time. */
const inventorySchema = z.strictObject({ lagMs: z.number().min(0) });

const repositorySchema = z.strictObject({ url: z.string(), folder: z.string() });

export function controlService(cloud: Cloud): Service {
  const method = (id: string, http: Method['http'], path: string, handler: Method['handler']): Method => ({
    id: `control.${id}`,
    http,
    path,
    source: OURS,
    handler,
  });
  const terraform = new DeveloperTerraform(cloud);
  return {
    name: 'control',
    title: 'Control route',
    host: 'control.localhost',
    methods: [
      method('health', 'GET', '/', () => ({ ok: true, endpoints: cloud.endpoints })),
      method('faults.list', 'GET', '/faults', () => ({ faults: cloud.faults.list() })),
      method('faults.order', 'POST', '/faults', (call) =>
        cloud.faults.order(defined(parse(faultSchema, call))),
      ),
      method('faults.clear', 'DELETE', '/faults', () => cloud.faults.clear()),
      method('faults.lift', 'DELETE', '/faults/{id}', (call) => ({
        lifted: cloud.faults.lift(call.param('id')),
      })),
      method('time.get', 'GET', '/time', () => time(cloud)),
      method('time.set', 'POST', '/time', async (call) => {
        const { advanceMs, speed } = parse(timeSchema, call);
        if (speed !== undefined) cloud.clock.setSpeed(speed);
        if (advanceMs !== undefined) await cloud.clock.advance(advanceMs);
        return time(cloud);
      }),
      method('inventory.set', 'POST', '/inventory', (call) => {
        const inventory = inventoryOf(cloud);
        inventory.setLag(parse(inventorySchema, call).lagMs);
        return { lagMs: inventory.lagMs };
      }),
      method('calls.list', 'GET', '/calls', ({ query }) => ({
        calls: cloud.audit.list(
          defined({ service: query.get('service') ?? undefined, method: query.get('method') ?? undefined }),
        ),
      })),
      method('repositories.commit', 'POST', '/repositories', (call) => {
        const { url, folder } = parse(repositorySchema, call);
        return repositories(cloud).register(url, folder);
      }),
      method('resources.list', 'GET', '/resources', ({ query }) => ({
        resources: cloud.resources.list(defined({ project: query.get('project') ?? undefined })),
      })),
      method('terraform.attach', 'POST', '/terraform', async (call) => ({
        env: await terraform.env(parse(terraformSchema, call)),
      })),
      method('clusters.ensure', 'POST', '/clusters', (call) =>
        developerCluster(cloud, parse(clusterSchema, call)),
      ),
    ],
  };
}

const time = (cloud: Cloud) => ({ now: new Date(cloud.clock.now()).toISOString(), speed: cloud.clock.speed });

function parse<T>(schema: z.ZodType<T>, call: Call): T {
  const result = schema.safeParse(call.json());
  if (!result.success) throw new ApiError('INVALID_ARGUMENT', z.prettifyError(result.error));
  return result.data;
}

/** The same object without its undefined properties, as exact optional properties want it. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
