import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causesOf } from '../../../reconciler/report/causes.ts';
import { choicesForAll, shellWord } from '../../../reconciler/report/choices.ts';
import { FLEET } from './many.ts';

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
