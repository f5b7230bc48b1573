/** Commands as they look in a real terminal, narrow and wide, with colour and without: nothing is broken within a word. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fit } from '../../../reconciler/cli/fit.ts';
import { localPlace, type LocalPlace } from '../../support/local-place.ts';
import { tenant } from '../../support/records.ts';
import { openTerminal, type Terminal } from '../../support/terminal.ts';
import { describeWith } from '../../support/tools.ts';
import { SAMPLE } from '../report/sample.ts';
import { PLUMB } from './run.ts';

const PLUMB_COMMAND = `${process.execPath} ${PLUMB}`;
const COLOUR = /\u001b\[[0-9;]*3[1-6][0-9;]*m/;

describeWith('tmux', 'in a terminal', (tmux) => {
  let place: LocalPlace;
  beforeAll(async () => {
    place = await localPlace();
    const { store, cwd } = place;
    for (const name of ['acme', 'globex']) {
      await store.applyTenant({ name, record: tenant(name) as never, author: 'ann', reason: 'a test' });
    }
    await store.saveRun({ report: SAMPLE, opened: [], resolved: [] });
    const editor = join(cwd, 'editor');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/minPortsPerVm: 128/minPortsPerVm: 256/" "$1"\n');
    chmodSync(editor, 0o755);
  });
  afterAll(() => place.close());

  describe.each([
    ['narrow', 60],
    ['wide', 160],
  ] as const)('a %s one', (_size, width) => {
    let terminal: Terminal;
    beforeAll(async () => {
      const env = { PLUMBLINE_EDITOR: './editor', PLUMBLINE_AS: 'ann@example.com' };
      terminal = await openTerminal(tmux, { width, height: 200, cwd: place.cwd, env });
    });
    afterAll(() => terminal.close());

    /** A line may be longer only where a single word is, since somebody may want to copy that. */
    const isBroken = (line: string) => line.length > width && line.trim().includes(' ');

    it('get leaves out whole columns, and says which', async () => {
      expect(await terminal.run(`${PLUMB_COMMAND} get tenants`)).toBe(0);
      const [heads = '', ...rest] = await terminal.written();
      expect(rest.filter(isBroken)).toEqual([]);
      expect(heads).toMatch(/^NAME +STATUS +VERDICT/);
      if (width === 160) expect(heads).toContain('AGE');
      else expect(rest.join(' ')).toMatch(/Left out in this narrow window: .* AGE\./);
    });

    it('report breaks between words, in colour', async () => {
      expect(await terminal.run(`${PLUMB_COMMAND} report`)).toBe(0);
      expect((await terminal.written()).filter(isBroken)).toEqual([]);
      expect(await terminal.colours()).toMatch(COLOUR);
    });

    it('report has no escape sequence with NO_COLOR', async () => {
      expect(await terminal.run(`NO_COLOR=1 ${PLUMB_COMMAND} report`)).toBe(0);
      expect(await terminal.colours()).not.toContain('\u001b');
    });

    it.each([
      ['in colour', '', true],
      ['without, with NO_COLOR', 'NO_COLOR=1 ', false],
    ])(
      'edit shows what the editor changed and asks, %s; no stores nothing',
      async (_how, before, coloured) => {
        await terminal.press('-l', `clear; ${before}${PLUMB_COMMAND} edit acme; echo "ended":$?`);
        await terminal.press('Enter');
        const lines = await terminal.until((all) => all.at(-1) === 'Store this record? [y/N]');
        expect((await terminal.written()).filter(isBroken)).toEqual([]);
        expect(lines).toContain('    ~ spec.network.nat.minPortsPerVm: 128 → 256');
        expect(COLOUR.test(await terminal.colours())).toBe(coloured);
        await terminal.press('n', 'Enter');
        await terminal.until((all) => all.includes('ended:1'));
        expect((await place.store.getTenant('acme'))?.generation).toBe(1);
      },
    );

    it('an error is broken between words too', async () => {
      expect(await terminal.run(`${PLUMB_COMMAND} get something`)).toBe(2);
      expect((await terminal.written()).filter(isBroken)).toEqual([]);
    });
  });
});

describe('lines made to fit', () => {
  const red = '\u001b[31mone two three four five six seven\u001b[39m';

  it('keep their colour in every piece, and are left alone where no width is', () => {
    expect(fit([red], 25)).toEqual([
      '\u001b[31mone two three four five\u001b[39m',
      '\u001b[31m    six seven\u001b[39m',
    ]);
    expect(fit([red], null)).toEqual([red]);
  });

  it('are left alone where they are painted piece by piece', () => {
    const mixed = 'one \u001b[1mtwo\u001b[22m three four five six seven eight';
    expect(fit([mixed], 20)).toEqual([mixed]);
  });

  it('stay one empty line where there is nothing', () => {
    expect(fit(['', 'a'], 60)).toEqual(['', 'a']);
  });
});
