import { describe, expect, it } from 'vitest';
import { executeInTime } from '../support/host.ts';

/** Fails `failures` times with `error`, then returns the number of attempts and the seconds that passed. */
const source = (retry: string, failures: number, error = 'boom'): string => `
main:
  steps:
  - init: {assign: [{n: 0}, {begin: "\${sys.now()}"}]}
  - work:
      try:
        steps:
        - attempt: {assign: [{n: "\${n + 1}"}]}
        - check: {switch: [{condition: "\${n <= ${failures}}", raise: ${error}}]}
      retry: ${retry}
      except: {as: e, steps: [{give: {return: {failed: "\${e}", n: "\${n}"}}}]}
  - done: {return: {n: "\${n}", seconds: "\${sys.now() - begin}"}}
never: {params: [e], steps: [{r: {return: "\${e == \\"other\\"}"}}]}
maybe: {params: [e], steps: [{r: {return: maybe}}]}
`;

const run = async (retry: string, failures: number, error?: string): Promise<unknown> =>
  (await executeInTime(source(retry, failures, error))).result;

const policy = (predicate: string, max: number): string =>
  `{predicate: "\${${predicate}}", max_retries: ${max}, backoff: {initial_delay: 2, max_delay: 10, multiplier: 2}}`;

describe('retry', () => {
  it('waits initial × multiplier^k, at most max, between attempts', async () => {
    // 2 + 4 + 8 + 10 seconds before the fifth attempt.
    expect(await run(policy('retry.always', 5), 4)).toEqual({ n: 5, seconds: 24 });
  });

  it('counts retries, not attempts, and then hands over to except', async () => {
    expect(await run(policy('retry.always', 2), 9)).toEqual({ failed: 'boom', n: 3 });
  });

  it('asks a subworkflow whether to go on', async () => {
    expect(await run(policy('never', 5), 1)).toEqual({ failed: 'boom', n: 1 });
    expect(await run(policy('never', 5), 1, 'other')).toEqual({ n: 2, seconds: 2 });
  });

  it('refuses a predicate that answers with no boolean', async () => {
    const failed = await run(policy('maybe', 5), 1);
    expect(failed).toMatchObject({ failed: { tags: ['TypeError'] } });
  });

  it.each([
    ['${http.default_retry}', '{code: 503}', 2],
    ['${http.default_retry}', '{code: 502}', 2],
    ['${http.default_retry}', '{code: 500}', 1],
    ['${http.default_retry}', '{tags: [ConnectionError]}', 2],
    ['${http.default_retry_non_idempotent}', '{code: 503}', 2],
    ['${http.default_retry_non_idempotent}', '{code: 502}', 1],
    ['${http.default_retry_non_idempotent}', '{tags: [ConnectionError]}', 1],
    ['${http.default_retry_non_idempotent}', '{tags: [ConnectionFailedError]}', 2],
    ['${retry.never}', 'x', 1],
  ])('%s meets %s with %d attempts', async (retry, error, attempts) => {
    expect(await run(`"${retry}"`, 1, error)).toMatchObject({ n: attempts });
  });
});
