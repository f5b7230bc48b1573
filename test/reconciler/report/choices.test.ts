import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causesOf } from '../../../reconciler/report/causes.ts';
import type { Finding } from '../../../reconciler/model.ts';
import { takenOver } from '../../../reconciler/records/accept.ts';
import { choicesFor, choicesForAll, shellWord } from '../../../reconciler/report/choices.ts';
import { takeoverRefusal } from '../../../reconciler/report/refusal.ts';
import { maskedFindings } from '../../../reconciler/report/sensitive.ts';
import { FLEET } from './many.ts';
import { finding, tenant } from './sample.ts';

describe('taking over into the record', () => {
  const field = 'containers[web].env[X]';
  const of = (part: Partial<Finding>) =>
    finding({ class: 'changed', resource: 'deployment/web', field, from: 'spec.workload.env[X]', ...part });
  const offered = (found: Finding) =>
    choicesFor(found, tenant({ name: 'acme', verdict: 'drift', findings: [found] }), 'act')
      .filter(({ title }) => title === 'Take it over into the record')
      .map(({ text, commands }) => (commands.length === 0 ? text : commands));

  it('is offered for what a record may hold', () => {
    expect(offered(of({ have: 'debug' }))).toEqual([
      [`plumb accept acme --resource deployment/web --field '${field}'`],
    ]);
  });

  it.each<[string, Partial<Finding>, string]>([
    [
      'of a name that secrets have',
      { from: 'spec.workload.env[DB_PASSWORD]' },
      'DB_PASSWORD looks like a secret',
    ],
    ['that Terraform masks', { have: { value: '(sensitive)' } }, 'its value is sensitive'],
    ['that looks like a secret', { have: 'postgres://app:hunter2@db/app' }, 'its value is sensitive'],
    [
      'of a field whose values are secret',
      { field: 'containers[web].env[API_TOKEN]', have: 'x1' },
      'its value is sensitive',
    ],
    ['without a place in the record', { from: null }, 'no field of the record stands behind it'],
    ['that could not be read', { class: 'unreadable' }, 'no value that a record could hold'],
  ])('is refused, in a report as by the command, for one %s', (_what, part, why) => {
    const [shown] = maskedFindings([of({ have: 'x', ...part })]);
    expect(offered(shown!)).toEqual([expect.stringMatching(/^Does not apply: /)]);
    expect(offered(shown!)[0]).toContain(why);
    expect(takenOver({}, of({ have: 'x', ...part }))).toEqual({
      ok: false,
      problem: takeoverRefusal(shown!),
    });
  });
});

describe('a ready command', () => {
  const printed = (words: readonly string[]) =>
    execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' });

  it('hands every text to the shell as one word that means nothing', () => {
    const texts = fc.sample(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), 200);
    const hostile = ['$(reboot)', '`x`', "'; reboot; '", 'a b', '*', '~', '{a,b}', "it's"];
    expect(printed([...hostile, ...texts])).toBe([...hostile, ...texts].map((word) => `${word}\n`).join(''));
  });

  it('names each tenant of a cause in the shell as the page would', () => {
    const [nat] = causesOf(FLEET(36));
    const [, , except] = choicesForAll(nat!, 'act');
    const script = except!.commands[0]!.replace('plumb except', "printf '%s|%s|%s|%s\\n'");
    const out = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
    expect(out).toContain('tenant-00004|--finding|missing:nat/tenant-00004-nat|--missing');
  });
});
