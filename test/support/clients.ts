/** Our cloud clients pointed at one test server, with a clock that does not wait. */
import type { TokenSource } from '../../reconciler/clouds/auth.ts';
import { SERVICES, type Endpoints } from '../../reconciler/clouds/endpoints.ts';
import { restClient, type Rest } from '../../reconciler/clouds/rest.ts';
import type { Clock } from '../../reconciler/ports.ts';
import { AT } from './have.ts';

/** Remembers how long it was asked to wait, and never does. */
export function impatientClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(AT),
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
}

export const fixedToken: TokenSource = {
  token: () => Promise.resolve('a-token'),
  client: () => Promise.reject(new Error('this test needs no auth client')),
};

const allAt = (url: string): Endpoints =>
  Object.fromEntries(SERVICES.map((service) => [service, url])) as unknown as Endpoints;

export const restAt = (url: string, clock: Clock = impatientClock()): Rest =>
  restClient({ endpoints: allAt(url), tokens: fixedToken, clock, random: () => 0.5 });
