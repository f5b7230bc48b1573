/**
 * The world of a scenario: a local cloud of its own, the real clients of a pass, an embedded store, and ways to look
 * at all of them and to disturb them. Everything is reached as in production: over the wire.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tenant, WrittenTenant } from '../../desired-state/tenant.ts';
import { connect } from '../../reconciler/clouds/connect.ts';
import { follow, type Followed } from '../../reconciler/follow.ts';
import { startLocal, type RunningLocal } from '../../reconciler/local/start.ts';
import {
  findingKey,
  type Json,
  type Platform,
  type RunReport,
  type TenantReport,
} from '../../reconciler/model.ts';
import type { Clock, Execution, Ports } from '../../reconciler/ports.ts';
import { reconcile, type PassOptions } from '../../reconciler/reconcile.ts';
import { requestFlow, type FlowRequest, type RequestResult } from '../../reconciler/request.ts';
import { loadSettings, type Settings } from '../../reconciler/settings.ts';
import { tenant } from '../support/records.ts';
import { asPublished } from '../support/report-schema.ts';
import { describeWith } from '../support/tools.ts';

/** Cloud time of the scenarios: a cluster's five minutes pass in a second and a half. */
const SPEED = 200;
/** Retries wait for the cloud, not for the wall. */
const LONGEST_WAIT_MS = 20;
/** Builds take seconds: looked for more often, their end would come later. */
const LOOK_EVERY_MS = 100;

/** The time of a pass, which a scenario may move; its waits are short. */
interface MovableClock extends Clock {
  advance(ms: number): void;
}

function movableClock(): MovableClock {
  let offset = 0;
  return {
    now: () => new Date(Date.now() + offset),
    sleep: (ms) => sleep(Math.min(ms, LONGEST_WAIT_MS)),
    advance: (ms) => {
      offset += ms;
    },
  };
}

export interface Call {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly principal: string;
  readonly status: number;
}

export interface World {
  readonly local: RunningLocal;
  readonly platform: Platform;
  readonly ports: Ports;
  readonly clock: MovableClock;
  /** Clients of another process: a client, a store connection and a cache of deployed definitions of their own. */
  connectAgain(): Promise<Ports>;
  apply(name: string, change?: (written: WrittenTenant) => void): Promise<Tenant>;
  pass(options?: Partial<PassOptions>): Promise<RunReport>;
  request(tenant: string, kind: FlowRequest['kind'], more?: Partial<FlowRequest>): Promise<RequestResult>;
  /** Waits for every execution of these tenants. */
  settleDown(...tenants: string[]): Promise<Followed[]>;
  /** Orders a fault; the answer lifts it. */
  order(fault: Fault): Promise<() => Promise<void>>;
  /** Orders faults and lifts them when `use` has ended. */
  during<T>(fault: Fault | readonly Fault[], use: () => Promise<T>): Promise<T>;
  lag(ms: number): Promise<void>;
  advanceCloud(ms: number): Promise<void>;
  /** Names of everything the cloud holds of a project, in order. */
  resources(project: string): Promise<string[]>;
  calls(method: string): Promise<Call[]>;
  executions(name: string): Promise<Execution[]>;
  /** Calls a Google API as a person would. */
  ask<T = unknown>(service: string, method: string, path: string, body?: object): Promise<T>;
  /** Every row of every table, as text, by table. */
  tables(): Record<string, string[]>;
  close(): Promise<void>;
}

export type Fault = Readonly<Record<string, unknown>>;

export const OWNER = (name: string): string => `platform@${name}.example`;
export const PROJECT = (name: string): string => `${name}-prod-1`;

/** Suites that run real builds; they need both tools. */
export const describeWorld = (name: string, suite: () => void): void =>
  describeWith('terraform', name, () => describeWith('kubectl', 'over the wire', suite));

export async function startWorld(): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plumb-scenario-'));
  const local = await startLocal({ dataDir, speed: SPEED, store: 'embedded' }).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  const settings = loadSettings({ flags: {}, env: { PLUMBLINE_LOCAL: local.infoFile }, cwd: dataDir });
  const clock = movableClock();
  const opened: Ports[] = [];
  const connectAgain = async () => {
    const ports = await connect({ ...settings, platform: settings.platform() }, clock);
    opened.push(ports);
    return ports;
  };
  const ports = await connectAgain();
  return {
    ...worldOf(local, settings, clock, ports),
    connectAgain,
    close: async () => {
      for (const each of opened) await each.store.close();
      await local.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function worldOf(
  local: RunningLocal,
  settings: Settings,
  clock: MovableClock,
  ports: Ports,
): Omit<World, 'connectAgain' | 'close'> {
  const platform = settings.platform();
  const ask = <T = unknown>(service: string, method: string, path: string, body?: object) =>
    call<T>(`${local.endpoints[service] ?? ''}${path}`, method, body);
  const control = <T = unknown>(method: string, path: string, body?: object) =>
    ask<T>('control', method, path, body);
  const order = async (fault: Fault) => {
    const { id } = await control<{ id: string }>('POST', '/faults', fault);
    return async () => {
      await control('DELETE', `/faults/${id}`);
    };
  };
  let runs = 0;
  let requests = 0;
  return {
    local,
    platform,
    ports,
    clock,
    ask,
    apply: async (name, change) => {
      const record = tenant(name, change);
      await ports.store.applyTenant({
        name,
        record: record as unknown as Json,
        author: record.spec.owner,
        reason: 'a scenario',
      });
      return record;
    },
    pass: async (options) =>
      asPublished(
        await reconcile(ports, { platform, dryRun: false, runId: `run-${String(++runs)}`, ...options }),
      ),
    request: (name, kind, more) =>
      requestFlow(ports, platform, {
        id: `request-${String(++requests)}`,
        tenant: name,
        kind,
        requester: OWNER(name),
        reason: 'a scenario',
        ...more,
      }),
    settleDown: (...tenants) =>
      follow({ ...ports, clock: { ...clock, sleep: () => sleep(LOOK_EVERY_MS) } }, tenants),
    order,
    during: async (fault, use) => {
      const lifts = await Promise.all([fault].flat().map(order));
      try {
        return await use();
      } finally {
        for (const lift of lifts) await lift();
      }
    },
    lag: async (lagMs) => {
      await control('POST', '/inventory', { lagMs });
    },
    advanceCloud: async (advanceMs) => {
      await control('POST', '/time', { advanceMs });
    },
    resources: async (project) => {
      const { resources } = await control<{ resources: { name: string }[] }>(
        'GET',
        `/resources?project=${project}`,
      );
      return resources.map(({ name }) => name).sort();
    },
    calls: async (method) => {
      const { calls } = await control<{ calls: Call[] }>('GET', `/calls?method=${method}`);
      return calls;
    },
    executions: async (name) => {
      const workflows = new Set((await ports.store.listExecutions(name)).map(({ workflow }) => workflow));
      const found = await Promise.all(
        [...workflows].map((workflow) => ports.workflows.find(workflow, { 'plumbline-tenant': name })),
      );
      return found.flat();
    },
    tables: () => (local.store.kind === 'embedded' ? tablesOf(local.store.file) : {}),
  };
}

async function call<T>(url: string, method: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', authorization: 'Bearer a-person' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${method} ${url}: HTTP ${String(response.status)} ${text.slice(0, 300)}`);
  return (text === '' ? null : JSON.parse(text)) as T;
}

function tablesOf(file: string): Record<string, string[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all();
    return Object.fromEntries(
      names.map(({ name }) => [
        String(name),
        database
          .prepare(`SELECT * FROM "${String(name)}"`)
          .all()
          .map((row) => JSON.stringify(row)),
      ]),
    );
  } finally {
    database.close();
  }
}

/** The report of one tenant; a missing one fails the test. */
export function of(report: RunReport, name: string): TenantReport {
  const found = report.tenants.find((each) => each.name === name);
  if (!found) throw new Error(`the report does not speak of ${name}`);
  return found;
}

export const keysOf = (report: TenantReport): string[] => report.findings.map(findingKey).sort();
