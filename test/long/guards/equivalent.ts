/** Changes that make no difference to anything a test could see, each with the reason. */

const ONLY_KIND = 'no other kind of step has the field that is read next, so nothing is found in it';

export const EQUIVALENT: Readonly<Record<string, string>> = {
  'workflow-defs/check.ts checkCall always: result !== null':
    'the word null, which null becomes, can name a variable',
  "workflow-defs/check.ts callees always: step.kind === 'call'": ONLY_KIND,
  "workflow-defs/check.ts callees left out: step.kind === 'try'": ONLY_KIND,
  "workflow-defs/check.ts callees left out: step.kind === 'try' #2": ONLY_KIND,
  "workflow-defs/failures.ts callsIn always: step.kind === 'call'": ONLY_KIND,
  "workflow-defs/failures.ts callsIn left out: step.kind === 'try'": ONLY_KIND,
  "workflow-defs/failures.ts records left out: step.kind === 'call'": ONLY_KIND,
  'workflow-defs/hash.ts schedule < as <=: i < 64': 'a typed array takes no sixty-fifth word',
  'workflow-defs/limits.ts MAX_STEPS_PER_EXECUTION + 1: 100_000':
    'divided by 28 and rounded down, it gives the same number of polls',
  'workflow-defs/limits.ts MAX_STEPS_PER_EXECUTION - 1: 100_000':
    'divided by 28 and rounded down, it gives the same number of polls',
  'workflow-defs/render.ts quoted never: NOTHING_SPECIAL.test(text)':
    'the slower way writes the same where nothing is special',
  'workflow-defs/steps/build.ts findOrCreate + 1: 1':
    'of the builds that are listed the first is read, and two of the largest fit the memory as one does',
  "workflow-defs/scope.ts assigned always: step.kind === 'call' && step.result !== null":
    'undefined and null in the set are no name that anything asks for',
  "workflow-defs/scope.ts assigned left out: step.kind === 'call'": ONLY_KIND,
  'workflow-defs/scope.ts assigned left out: step.result !== null':
    'null in the set is no name that anything asks for',
};
