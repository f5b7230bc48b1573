/** What an error of any form becomes for people: one sentence that has all that the error says. */
import { expect, test } from 'vitest';
import type { Json } from '../../reconciler/model.ts';
import { causeOf } from '../../workflow-defs/steps/errors.ts';
import { call, expr, give, routine, workflow } from '../../workflow-defs/tree.ts';
import { instantWorld } from './instant.ts';

const explain = workflow(
  routine(
    'main',
    ['args'],
    [call('explain', 'cause_of', { e: expr('args') }, 'cause'), give('told', expr('cause'))],
  ),
  [causeOf],
);

test.each<[string, Json, string]>([
  ['its message', { message: 'no room', build: 'b' }, 'no room'],
  [
    'status and the service’s own words',
    { message: 'code 403', body: { error: { message: 'not you' } } },
    'code 403: not you',
  ],
  ['status alone when the body is no map', { message: 'code 502', body: '<html>' }, 'code 502'],
  ['all of it when it has no message', { tags: ['UnhandledBranchError'] }, '{"tags":["UnhandledBranchError"]}'],
  ['all of it when its words have no message before them', { body: { error: { message: 'm' } } }, '{"body":{"error":{"message":"m"}}}'],
])('an error is told by %s', async (_, error, want) => {
  expect(await instantWorld().runTree(explain, error)).toMatchObject({ failed: false, result: want });
}); // prettier-ignore
