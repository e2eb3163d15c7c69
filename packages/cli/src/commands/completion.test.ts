import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** What bash offers after these words, the last of which is being written. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout: script } = await softmoe('completion', 'bash');
  const quoted = ['softmoe', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _softmoe; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', ask], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

describe.skipIf(!has('bash'))('softmoe completion bash', () => {
  it('completes commands, and those below them', async () => {
    expect(await offered('')).toEqual(
      expect.arrayContaining(['run', 'runs', 'sweep', 'completion']),
    );
    expect(await offered('re')).toEqual(['resume', 'report', 'reproduce']);
    expect(await offered('sweep', 'm')).toEqual(['merge']);
    expect(await offered('sweep', '--sh')).toEqual(['--shard']);
    expect(await offered('--')).toEqual(['--version']);
  });

  it('completes options, those of config fields among them, after other options', async () => {
    expect(await offered('run', '--out', 'runs/a', '--train-m')).toContain('--train-method');
    expect(await offered('runs', '--')).toEqual(
      expect.arrayContaining(['--tag', '--filter', '--sort', '--json']),
    );
  });

  it('completes values where they are known, and leaves the rest to files', async () => {
    expect(await offered('run', '--backend', 'wasm')).toContain('wasm');
    expect(await offered('run', '--gate', '')).toEqual(['sigmoid', 'probit', 'tanh']);
    expect(await offered('run', '--train-method', 'b')).toEqual(['bogackiShampine']);
    const experts = ['hermite', 'series', 'relu', 'tanh', 'gelu', 'linear'];
    expect(await offered('config', '--expert', '')).toEqual(experts);
    expect(await offered('run', '--geometry', '')).not.toContain('given');
    expect(await offered('run', '--geometry', 'c')).toEqual(['correlated']);
    expect(await offered('run', '--prune', '')).toEqual(['cliff', 'size', 'tolerance']);
    expect(await offered('run', 'qu')).toEqual(['quick']);
    expect(await offered('completion', 'f')).toEqual(['fish']);
    expect(await offered('run', '--out', 'r')).toEqual([]);
    expect(await offered('show', 'runs/')).toEqual([]);
  });
});

describe.each([
  ['zsh', ['-n', '-c']],
  ['fish', ['--no-execute', '-c']],
])('softmoe completion %s', (shell, check) => {
  it('names every command and option', async () => {
    const { code, stdout } = await softmoe('completion', shell);
    expect(code).toBe(0);
    for (const word of ['run', 'merge', 'train-method', 'quick']) expect(stdout).toContain(word);
  });

  it.skipIf(!has(shell))('is a script that the shell reads', async () => {
    const { stdout } = await softmoe('completion', shell);
    expect(spawnSync(shell, [...check, stdout], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});

it('softmoe completion names the shells that it knows', async () => {
  const { code, stderr } = await softmoe('completion', 'tcsh');
  expect(code).toBe(2);
  expect(stderr).toMatch(/Allowed choices are bash, zsh, fish/);
});
