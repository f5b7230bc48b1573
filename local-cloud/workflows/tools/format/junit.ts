/** Test results as JUnit XML, the form every CI system reads. */
import type { Difference } from '../compare.ts';
import type { FileResult, TestResult } from '../test-result.ts';

export function junit(results: readonly FileResult[]): string {
  const all = results.flatMap(({ tests }) => tests);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts(all)}>`,
    ...results.flatMap(({ file, tests }) => [
      `  <testsuite name="${escape(file)}" ${counts(tests)}>`,
      ...tests.flatMap((test) => testCase(file, test)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function counts(tests: readonly TestResult[]): string {
  const failures = tests.filter(({ differences }) => differences.length > 0).length;
  const seconds = tests.reduce((sum, test) => sum + test.seconds, 0);
  return `tests="${tests.length}" failures="${failures}" errors="0" time="${seconds.toFixed(3)}"`;
}

function testCase(file: string, { name, seconds, differences }: TestResult): string[] {
  const head = `    <testcase classname="${escape(file)}" name="${escape(name)}" time="${seconds.toFixed(3)}"`;
  const [first] = differences;
  if (first === undefined) return [`${head}/>`];
  return [
    `${head}>`,
    `      <failure message="${escape(`not as expected at ${first.at}`)}">${escape(differences.map(text).join('\n'))}</failure>`,
    '    </testcase>',
  ];
}

const text = ({ at, want, have }: Difference): string => `at ${at}\n  want ${want}\n  have ${have}`;

/** XML 1.0 has no way to write most control characters, not even escaped. */
function escape(value: string): string {
  return value

    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"'\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
}
