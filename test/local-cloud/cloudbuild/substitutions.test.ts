/** Substitutions as values in, values out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBuild } from '../../../local-cloud/cloudbuild/model.ts';
import { substitute } from '../../../local-cloud/cloudbuild/substitutions.ts';

const BUILT_IN = { PROJECT_ID: 'acme-prod', BUILD_ID: 'b1', LOCATION: 'us-central1' };

const argsOf = (args: string[], more: Record<string, unknown> = {}): string[] =>
  substitute(parseBuild({ steps: [{ name: 'ubuntu', args }], ...more }), BUILT_IN).build.steps[0]!.args;

const LOOSE = { options: { substitutionOption: 'ALLOW_LOOSE' } };

describe('substitute', () => {
  it('replaces built-in and user keys, with and without braces', () => {
    expect(argsOf(['$PROJECT_ID/${BUILD_ID}', 'x${_A}y'], { substitutions: { _A: '1' } })).toEqual([
      'acme-prod/b1',
      'x1y',
    ]);
  });

  it('leaves what only looks like one: shell expansions, positional arguments, small letters', () => {
    const texts = ['$(date)', '${HOME:-x}', '$1', '$home', '${lower}'];
    expect(argsOf(texts)).toEqual(texts);
  });

  it('reads $$ as a dollar sign, so that any text can be passed unharmed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(argsOf([text.replaceAll('$', '$$$$')])).toEqual([text]);
      }),
    );
  });

  it('reaches env, images, tags, ids and account, but not scripts', () => {
    const build = parseBuild({
      steps: [{ name: 'img:$_V', env: ['V=$_V'], script: 'echo $_V', dir: '$_V' }],
      images: ['img:$_V'],
      tags: ['v-$_V'],
      serviceAccount: 'projects/$PROJECT_ID/serviceAccounts/$_V@x',
      substitutions: { _V: '7' },
    });
    expect(substitute(build, BUILT_IN).build).toMatchObject({
      steps: [{ name: 'img:7', env: ['V=7'], script: 'echo $_V', dir: '7' }],
      images: ['img:7'],
      tags: ['v-7'],
      serviceAccount: 'projects/acme-prod/serviceAccounts/7@x',
    });
  });

  it('is empty for keys only a trigger knows', () => {
    expect(argsOf(['[$COMMIT_SHA]'])).toEqual(['[]']);
    expect(argsOf(['[$COMMIT_SHA]'], { substitutions: { COMMIT_SHA: 'abc' } })).toEqual(['[abc]']);
  });

  it('refuses keys that do not match up on either side, in the words of the service', () => {
    expect(() => argsOf(['$FOO'])).toThrow(
      `invalid value for 'build.substitutions': key in the template "FOO" is not a valid built-in substitution`,
    );
    expect(() => argsOf(['$_FOO'])).toThrow(
      'key in the template "_FOO" is not matched in the substitution data',
    );
    expect(() => argsOf(['x'], { substitutions: { _A: '1', _B: '2' } })).toThrow(
      'key "_A" in the substitution data is not matched in the template;key "_B" in the substitution data',
    );
  });

  it('takes them as empty with ALLOW_LOOSE', () => {
    expect(argsOf(['[$_FOO]'], { ...LOOSE, substitutions: { _UNUSED: '1' } })).toEqual(['[]']);
  });

  it('refuses a key that is neither the user’s nor overridable, even then', () => {
    expect(() => argsOf(['x'], { ...LOOSE, substitutions: { PROJECT_ID: 'mine' } })).toThrow(
      'substitution key "PROJECT_ID" does not respect format "^_[A-Z0-9_]+$"',
    );
  });

  it('resolves values within values only when they are dynamic, and refuses circles', () => {
    const substitutions = { _A: '${_B}/$PROJECT_ID', _B: 'b' };
    expect(argsOf(['$_A', '$_B'], { substitutions })).toEqual(['${_B}/$PROJECT_ID', 'b']);
    const dynamic = { options: { dynamicSubstitutions: true } };
    expect(argsOf(['$_A'], { substitutions, ...dynamic })).toEqual(['b/acme-prod']);
    expect(() => argsOf(['$_A'], { substitutions: { _A: '$_B', _B: '$_A' }, ...dynamic })).toThrow('cycle');
  });
});
