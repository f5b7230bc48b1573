/**
 * Quotas of the two services, per project and location. The figures are the quota page's; a test or demo lowers them
 * to see what happens beyond.
 */
import type { Cloud } from '../../core/cloud.ts';
import { ApiError } from '../../core/errors.ts';
import { MinuteQuota } from '../../core/quota.ts';
import { MAX_BACKLOG, MAX_CONCURRENT_EXECUTIONS } from '../lang/limits.ts';

/** Calls per minute. */
const RATES = {
  /** Create, update, list, get and delete of definitions together. */
  workflows: 1200,
  executionGets: 6000,
  executionLists: 1200,
  /** Create and cancel. */
  executionWrites: 6000,
} as const;

export type RateName = keyof typeof RATES;

const METRICS: Readonly<Record<RateName, string>> = {
  workflows: 'Workflow requests per minute per region',
  executionGets: 'Execution get requests per minute per region',
  executionLists: 'Execution list requests per minute per region',
  executionWrites: 'Execution write requests per minute per region',
};

export interface Limits extends Readonly<Record<RateName, number>> {
  /** Running executions; further ones are queued. */
  readonly running: number;
  /** Queued executions; further ones are refused. */
  readonly queued: number;
}

const DEFAULTS: Limits = { ...RATES, running: MAX_CONCURRENT_EXECUTIONS, queued: MAX_BACKLOG };

export class Quotas {
  readonly #cloud: Cloud;
  #limits = DEFAULTS;
  #rates: Readonly<Record<RateName, MinuteQuota>>;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#rates = this.#counters();
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Sets some limits, the others to the real service's; counting begins anew. */
  set(limits: Partial<Limits>): void {
    this.#limits = { ...DEFAULTS, ...limits };
    this.#rates = this.#counters();
  }

  /** Counts one call. Throws RESOURCE_EXHAUSTED when this minute's are used up. */
  take(name: RateName, { project, location }: { project: string; location: string }): void {
    if (!this.#rates[name].take(`${project}/${location}`)) throw exhausted(METRICS[name], project, location);
  }

  #counters(): Record<RateName, MinuteQuota> {
    const counter = (name: RateName): MinuteQuota => new MinuteQuota(this.#cloud.clock, this.#limits[name]);
    return {
      workflows: counter('workflows'),
      executionGets: counter('executionGets'),
      executionLists: counter('executionLists'),
      executionWrites: counter('executionWrites'),
    };
  }
}

/** The 429 of a quota, with the details Google's clients read. */
export const exhausted = (metric: string, project: string, location: string): ApiError =>
  new ApiError(
    'RESOURCE_EXHAUSTED',
    `Quota exceeded for '${metric}' of projects/${project} in ${location}.`,
    {
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'RATE_LIMIT_EXCEEDED',
          domain: 'googleapis.com',
          metadata: { consumer: `projects/${project}`, quota_location: location, quota_metric: metric },
        },
      ],
    },
  );
