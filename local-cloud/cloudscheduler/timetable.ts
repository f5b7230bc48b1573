/** Keeps one timer per enabled job in the store, whoever put it there, and runs the job when it falls due. */
import { timestamp } from '../core/clock.ts';
import { stringField } from '../core/body.ts';
import type { Cloud } from '../core/cloud.ts';
import type { Body, Resource } from '../core/store.ts';
import { attempt } from './attempt.ts';
import { nextRun, parseCron } from './cron.ts';
import { TimeZone } from './time-zone.ts';

export const JOB = 'cloudscheduler.googleapis.com/Job';

export class Timetable {
  readonly #cloud: Cloud;
  readonly #timers = new Map<string, () => void>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#unsubscribe = cloud.resources.onChange(({ type, resource, previous }) => {
      if (resource.assetType !== JOB) return;
      if (type === 'delete') this.#disarm(resource.name);
      else if (previous === undefined || timingOf(previous.body) !== timingOf(resource.body))
        this.#arm(resource.name);
    });
    for (const { name } of cloud.resources.list({ assetType: JOB })) this.#arm(name);
  }

  /** Runs the job now, whatever its schedule. The call comes back at once; the job's `status` tells how it went. */
  run(name: string, scheduled = this.#cloud.clock.now()): void {
    // A job whose last run has not ended is not run a second time beside it.
    if (this.#running.has(name)) return;
    const job = this.#cloud.resources.require(name);
    const done = attempt(this.#cloud, job, scheduled, this.#stop.signal).then((status) => {
      this.#running.delete(name);
      const time = timestamp(this.#cloud.clock.now());
      this.#update(name, (body) => ({ ...body, lastAttemptTime: time, status: { ...status } as Body }));
    });
    this.#running.set(name, done);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    for (const cancel of this.#timers.values()) cancel();
    this.#stop.abort(new Error('the local cloud ends'));
    await Promise.all(this.#running.values());
  }

  #arm(name: string): void {
    this.#disarm(name);
    const { body } = this.#cloud.resources.require(name);
    if (stringField(body, 'state') === 'PAUSED') return;
    const zone = new TimeZone(stringField(body, 'timeZone') ?? 'Etc/UTC');
    const due = nextRun(parseCron(stringField(body, 'schedule') ?? ''), zone, this.#cloud.clock.now());
    if (due === undefined) return;
    const fire = () => {
      this.#timers.delete(name);
      this.run(name, due);
      this.#arm(name);
    };
    this.#timers.set(name, this.#cloud.clock.after(due - this.#cloud.clock.now(), fire));
    this.#update(name, (job) => ({ ...job, scheduleTime: timestamp(due) }));
  }

  #disarm(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #update(name: string, change: (body: Body) => Body): void {
    // Deleted while its last run was on the way.
    if (this.#cloud.resources.get(name)) this.#cloud.resources.update(name, change);
  }
}

/** Only a change of these moves the next run; attempts and their times do not. */
const timingOf = (body: Resource['body']): string =>
  JSON.stringify([body['schedule'], body['timeZone'], body['state'] === 'PAUSED']);
