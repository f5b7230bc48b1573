/** Requests that are asked again while the other side is overloaded or cannot be reached. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StepError, wordsOf } from './step.ts';

const ATTEMPTS = 4;
const FIRST_DELAY_MS = 500;
const TIMEOUT_MS = 30_000;
const OVERLOADED = new Set([429, 500, 502, 503, 504]);

/** Only for requests that are safe to repeat. Throws `StepError` when no attempt gets an answer. */
export async function askAgain(url: string, init: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!OVERLOADED.has(response.status) || attempt === ATTEMPTS) return response;
      await response.body?.cancel();
    } catch (error) {
      if (attempt === ATTEMPTS) {
        throw new StepError(`${new URL(url).host} cannot be reached: ${wordsOf(error)}`);
      }
    }
    await sleep(FIRST_DELAY_MS * 2 ** (attempt - 1));
  }
}
