/** What a `*.test.yaml` file may say. Its JSON Schema is `test-file.schema.json`, written by scripts/workflow-test-schema.ts. */
import { z } from 'zod';
import { stubsSchema, wholeNumber } from './stubs.ts';

const SEVERITIES = [
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
] as const;

const map = z.record(z.string(), z.unknown());

const expectedCall = z.strictObject({
  call: z.string().describe('Name of the function or connector, e.g. http.get.'),
  args: map.optional().describe('Arguments the call must have; others may be there as well.'),
});

const expectedLog = z
  .strictObject({
    severity: z.enum(SEVERITIES).optional(),
    text: z.string().optional().describe('The whole text.'),
    json: map.optional().describe('What the entry must hold; more may be there.'),
  })
  .describe('One line of sys.log.');

const expectation = z
  .strictObject({
    result: z.unknown().optional().describe('What the workflow returns, exactly.'),
    error: z
      .union([map, z.string()], 'must be a map or the raised text')
      .optional()
      .describe(
        'What the error map must hold: the listed tags, and the other keys as they are; or the raised text.',
      ),
    calls: z
      .array(expectedCall)
      .optional()
      .describe('All calls of http and of connectors, in order; retries count.'),
    logs: z.array(expectedLog).optional().describe('All lines of sys.log, in order.'),
  })
  .refine(
    (expected) => Object.keys(expected).length > 0,
    'needs at least one of result, error, calls and logs',
  )
  .refine(
    (expected) => !('result' in expected && 'error' in expected),
    'cannot have both result and error: a workflow ends with one of them',
  );

const testCase = z.strictObject({
  name: z.string().min(1),
  argument: z.unknown().optional().describe('The argument of the execution; null when left out.'),
  env: z.record(z.string(), z.string()).optional().describe('User environment variables.'),
  now: z.iso
    .datetime({ offset: true, error: 'must be a time such as 2026-01-02T03:04:05Z' })
    .optional()
    .describe('When the execution starts; 2026-01-01T00:00:00Z when left out. Time is virtual.'),
  seed: wholeNumber(0, 999_999_999).optional().describe('Decides the order of parallel branches.'),
  stubs: stubsSchema
    .optional()
    .describe('Answers for HTTP requests and connectors. Nothing else is answered.'),
  expect: expectation,
});

export const testFileSchema = z.strictObject({
  workflow: z.string().min(1).describe('Path of the definition, relative to this file.'),
  tests: z.array(testCase).min(1, 'needs at least one test'),
});

export type TestCase = z.infer<typeof testCase>;
export type Expectation = z.infer<typeof expectation>;

/** For editors. The output form is the one with plain integers; the two do not differ otherwise. */
function testFileJsonSchema(): unknown {
  const { $schema, ...rest } = z.toJSONSchema(testFileSchema, { io: 'output' });
  return {
    $schema,
    $id: 'https://plumbline.dev/schema/workflow-test.v1alpha1.json',
    title: 'Tests of a Google Cloud Workflows definition (plumb workflows test)',
    ...rest,
  };
}

/** The schema as it stands in the repository; a test holds the file to this text. */
export const recordedTestSchema = {
  path: 'local-cloud/workflows/tools/test-file.schema.json',
  text: (): string => `${JSON.stringify(testFileJsonSchema(), null, 2)}\n`,
};
