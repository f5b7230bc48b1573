import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder, plumb } from './run.ts';

const FLOW = `main:
  params: [args]
  steps:
    - double:
        return: \${args.n * 2}
`;

describe('plumb workflows', () => {
  it('passes flags, stdin, output and the exit code through', () =>
    inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'flow.yaml'), FLOW);
      const ran = await plumb(['workflows', 'run', 'flow.yaml', '--data', '{"n": 21}'], { cwd });
      expect(ran).toEqual({ code: 0, stdout: '42\n', stderr: '' });
      const failed = await plumb(['workflows', 'run', 'flow.yaml', '--data={}'], { cwd });
      expect(failed.code).toBe(1);
      expect(failed.stdout).toBe('');
      expect(failed.stderr).toContain('"KeyError"');
      const checked = await plumb(['workflows', 'check', '-o', 'json', '-'], {
        cwd,
        stdin: FLOW.replace('args.n', 'arsg.n'),
      });
      expect(checked.code).toBe(1);
      expect(JSON.parse(checked.stdout)).toMatchObject({
        findings: [{ file: '<stdin>', rule: 'unknown-symbol' }],
      });
    }));

  it('colours when it is told to', async () => {
    const coloured = await plumb(['--color=always', 'workflows', 'check', '-'], { stdin: FLOW });
    expect(coloured.stdout).toContain('\u001b[32mno findings');
    const plain = await plumb(['workflows', 'check', '--no-color', '-'], {
      stdin: FLOW,
      env: { CLICOLOR_FORCE: '1' },
    });
    expect(plain.stdout).toBe('1 file checked: no findings\n');
  });

  it('shows the help of the tools, and refuses what they do not know with 2', async () => {
    const help = await plumb(['workflows', 'check', '--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('--warnings-as-errors');
    const typo = await plumb(['workflows', 'chekc', 'x']);
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain('Did you mean check?');
    const missing = await plumb(['workflows', 'check', 'nowhere.yaml']);
    expect(missing).toEqual({ code: 2, stdout: '', stderr: 'error: nowhere.yaml does not exist\n' });
  });
});
