import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createExperiment, parseConfig } from '@softmoe/lab';
import { loadMoE } from '@softmoe/model';
import { createRunFolder, readTeacher } from '@softmoe/runs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

let folder: string;
let mine: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-teacher-'));
  mine = join(folder, 'mine.json');
  await writeTeacher(mine, {});
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const arrays = {
  router: [unit(0), unit(1)],
  expert: [unit(2), unit(3)],
  amplitude: [1, -1.5],
};

function unit(i: number): number[] {
  return Array.from({ length: 12 }, (_, j) => (i === j ? 1 : 0));
}

function writeTeacher(file: string, changes: Partial<typeof arrays>): Promise<void> {
  return writeFile(file, JSON.stringify({ ...arrays, ...changes }));
}

const fast = ['--train-time', '60', '--quiet', '--students', '6', '--prune', 'size:2'];

describe('softmoe run --teacher', () => {
  it('recovers the teacher of a file, and repeats it, shows it and reports it from its folder alone', async () => {
    const file = join(folder, 'gone.json');
    await writeTeacher(file, {});
    const out = join(folder, 'run');
    const { code, stdout, stderr } = await softmoe('run', '--teacher', file, '--out', out, ...fast);
    expect(stderr).toBe(`kept in ${out}\n`);
    expect(stdout).toContain(
      `A teacher of 2 experts in 12 dimensions, read from ${file} (SHA-256 `,
    );
    expect(stdout).toMatch(/✔ {2}2 of 2 teacher experts recovered/);
    expect(code).toBe(0);
    const teacher = loadMoE(await readFile(join(out, 'teacher.safetensors')));
    expect([...teacher.params.amplitude.data]).toEqual(arrays.amplitude);
    await rm(file);
    const again = await softmoe('run', join(out, 'config.json'), '--json', '--quiet');
    const { loss, config } = JSON.parse(again.stdout);
    const first = JSON.parse(await readFile(join(out, 'result.json'), 'utf8'));
    expect(loss).toEqual(first.loss);
    expect(config).toEqual(first.config);
    expect((await softmoe('show', out)).stdout).toContain('read from');
    expect((await softmoe('report', out)).code).toBe(0);
    const page = await readFile(join(out, 'report.html'), 'utf8');
    expect(page).toContain('learned from a given teacher of 2 experts in 12 dimensions');
    expect(page).toContain('with the teacher.safetensors of the run’s folder beside it');
  });

  it('is gone on with by resume, where the file has changed since', async () => {
    const file = join(folder, 'changed.json');
    await writeTeacher(file, {});
    const { teacher } = await readTeacher(file);
    const experiment = createExperiment(
      { students: 6, train: { time: 60 }, prune: { rule: 'size', size: 2 } },
      { teacher },
    );
    const out = join(folder, 'stopped');
    await (await createRunFolder(out, experiment.snapshot())).close();
    await writeTeacher(file, { amplitude: [1, 1] });
    const { code, stdout } = await softmoe('resume', out, '--quiet');
    expect(stdout).toMatch(/✔ {2}2 of 2 teacher experts recovered/);
    expect(code).toBe(0);
  });

  it('takes the kind of bare arrays from options or a preset, and of a preset how to train', async () => {
    const short = ['--train-time', '0.1', '--finetune-max-steps', '1', '--json', '--quiet'];
    const { stdout } = await softmoe(
      'run',
      'tanh',
      '--teacher',
      mine,
      '--expert',
      'hermite:2',
      ...short,
    );
    const { config } = JSON.parse(stdout);
    expect(config).toMatchObject({
      gate: 'tanh',
      expert: { kind: 'hermite', degree: 2 },
      students: 10,
      inputDim: 12,
    });
  });

  it('looks for the file of a config from where the config is, and warns of rows that it normalised', async () => {
    await writeTeacher(join(folder, 'long.json'), { router: [unit(0), unit(1).map((x) => 3 * x)] });
    const config = join(folder, 'config.json');
    const fields = {
      teacher: { file: 'long.json' },
      students: 3,
      train: { time: 0.1 },
      finetune: { maxSteps: 1 },
    };
    await writeFile(config, JSON.stringify(fields));
    const { stdout, stderr } = await softmoe('run', config, '--json', '--quiet');
    expect(stderr).toContain(
      'warning: 1 row of the model was of another length than 1, off by up to 2: normalised, which makes it another function, ' +
        'since routers and experts are directions here.\n',
    );
    expect(JSON.parse(stdout).config.teacher.file).toBe('long.json');
  });

  it.each<[string, RegExp, ...string[]]>([
    [
      'another number of teachers',
      /^ConfigError: teachers: must be that of the teacher given, 2 \(got 5\)\. Leave it out, or give another teacher\. The option is --teachers\./,
      '--teachers',
      '5',
    ],
    [
      'another dimension',
      /^ConfigError: inputDim: must be that of the teacher given, 12 \(got 13\)/,
      '--input-dim',
      '13',
    ],
    [
      'a geometry',
      /^ConfigError: geometry: says how to draw a teacher, and one is given.*The option is --geometry\./,
      '--geometry',
      'orthonormal',
    ],
    ['an unknown gate', /^ConfigError: gate: .*"relu".*The option is --gate\./, '--gate', 'relu'],
  ])('refuses %s', async (_, sentence, ...options) => {
    const { code, stdout, stderr } = await softmoe('run', '--teacher', mine, ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(sentence);
  });

  it('refuses a file that is not there, a row of zeros, and a teacher other than the one pinned', async () => {
    const none = await softmoe('run', '--teacher', join(folder, 'none.npz'));
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(
      /^ConfigError: teacher\.file: cannot be read[\s\S]*The option is\s+--teacher\./,
    );
    const zeros = join(folder, 'zeros.json');
    await writeTeacher(zeros, { expert: [unit(2), unit(99)] });
    expect((await softmoe('run', '--teacher', zeros)).stderr).toMatch(
      /^ValueError: teacher\.expert\[1\]: is a row of zeros/,
    );
    const { teacher } = await readTeacher(mine);
    const { config } = createExperiment({}, { teacher });
    const pinned = join(folder, 'pinned.json');
    const other = { ...config, teacher: { ...config.teacher, file: 'zeros.json' } };
    await writeTeacher(zeros, { amplitude: [1, -1.25] });
    await writeFile(pinned, JSON.stringify(other));
    expect((await softmoe('run', pinned)).stderr).toMatch(
      /teacher\.sha256: must be that of the\s+teacher given/,
    );
    expect(parseConfig(config)).toEqual(config);
  });
});

describe('docs/own-teacher.md', () => {
  const numpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;
  it.skipIf(!numpy)('goes from NumPy arrays to a certificate as it shows', async () => {
    const path = fileURLToPath(new URL('../../../../docs/own-teacher.md', import.meta.url));
    const blocks = [...(await readFile(path, 'utf8')).matchAll(/```(\w+)\n([\s\S]*?)```/g)];
    const [script = '', commands = '', shown = ''] = blocks.map(([, , text]) => text);
    await writeFile(join(folder, 'mine.py'), script);
    const [python, ...ours] = commands.trim().split('\n');
    expect(python).toBe('python3 mine.py');
    expect(spawnSync('python3', ['mine.py'], { cwd: folder }).status).toBe(0);
    const before = process.cwd();
    process.chdir(folder);
    try {
      const printed: string[] = [];
      for (const line of ours) {
        const { code, stdout, stderr } = await softmoe(...line.split(' ').slice(1));
        expect({ code, stderr: stderr.replace(/[\s\S]*(kept in)/, '$1') }).toMatchObject({
          code: 0,
        });
        expect(stderr).not.toContain('warning');
        printed.push(stdout);
      }
      const plain = (text: string) => text.replaceAll(/\d+(\.\d+)? s\b/g, 'n s').trim();
      expect(plain(printed[0] ?? '')).toBe(plain(shown));
      expect(printed[1]).toBe('runs/mine/report.html\n');
    } finally {
      process.chdir(before);
    }
  });
});
