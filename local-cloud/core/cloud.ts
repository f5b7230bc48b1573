/** The state all services share. A service is a function of this object; nothing else is global. */
import { AuditLog } from './audit.ts';
import { CloudClock } from './clock.ts';
import type { CloudConfig } from './config.ts';
import { Faults } from './faults.ts';
import { Operations } from './operations.ts';
import type { Parts } from './parts.ts';
import { ResourceStore } from './store.ts';

type LogLevel = 'info' | 'warn' | 'error';

export interface Cloud extends Parts {
  readonly config: CloudConfig;
  readonly clock: CloudClock;
  readonly resources: ResourceStore;
  readonly operations: Operations;
  readonly faults: Faults;
  readonly audit: AuditLog;
  /** Base URL per service name, filled once everything listens; services read it when called, not when built. */
  readonly endpoints: Record<string, string>;
  /** One line to stderr. */
  log(level: LogLevel, message: string): void;
}

/** `parts` is called once with the cloud itself, so that clusters and Terraform can read its store and clock. */
export function createCloud(config: CloudConfig, parts: (cloud: Cloud) => Parts): Cloud {
  const clock = new CloudClock({ speed: config.speed });
  const base = {
    config,
    clock,
    resources: new ResourceStore(clock),
    operations: new Operations(clock),
    faults: new Faults(),
    audit: new AuditLog(clock),
    endpoints: {},
    log: (level: LogLevel, message: string) =>
      void process.stderr.write(`local-cloud ${level}: ${message}\n`),
  };
  // The parts close over the cloud and are only used after this function has returned it.
  const cloud = base as unknown as Cloud;
  return Object.assign(cloud, parts(cloud));
}
