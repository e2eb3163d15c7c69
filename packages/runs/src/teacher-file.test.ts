import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExperiment, parseConfig, restoreExperiment, runExperiment } from '@softmoe/lab';
import { createMoE, type MoE, ndarray, saveMoE } from '@softmoe/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { npz, teacher } from '../../lab/fixtures/teacher-arrays.ts';
import { readModel, readRun } from './read-run.ts';
import { createRunFolder, resumeRunFolder } from './run-folder.ts';
import { readConfigTeacher, readTeacher } from './teacher-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-teacher-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file of a teacher', () => {
  it('is refused where it cannot be read', async () => {
    await expect(readTeacher(join(folder, 'none.npz'))).rejects.toThrow(
      /^teacher\.file: cannot be read \(got ".*none\.npz"\)\. Give the path of a \.safetensors, \.npz or \.json file \(ENOENT/,
    );
    await expect(readTeacher('')).rejects.toThrow(
      'teacher.file: must name a file (got ""). Give the path of a .safetensors, .npz or .json file.',
    );
    await expect(readConfigTeacher({ teacher: {} }, folder)).rejects.toThrow(
      /teacher\.file: must name a file/,
    );
  });
});

describe('a config that names the file of a teacher', () => {
  it('is completed by it; one that names none is left as it is', async () => {
    await writeFile(join(folder, 'mine.npz'), npz());
    const read = await readConfigTeacher({ teacher: { file: 'mine.npz' }, seed: 2 }, folder);
    expect(read).toMatchObject({ teacher, warnings: [] });
    expect(parseConfig(read.config)).toMatchObject({
      teachers: 2,
      students: 10,
      seed: 2,
      teacher: { file: 'mine.npz' },
    });
    expect(await readConfigTeacher({ seed: 2 }, folder)).toEqual({ config: { seed: 2 } });
  });

  it('and its digest takes the file of that digest alone, or the one that a run kept beside it', async () => {
    await writeFile(join(folder, 'mine.npz'), npz());
    const { config } = await readConfigTeacher({ teacher: { file: 'mine.npz' } }, folder);
    await writeFile(join(folder, 'mine.npz'), npz({ amplitude: [1, 2] }));
    await expect(readConfigTeacher(config, folder)).rejects.toThrow(
      /teacher\.sha256: must be that of the teacher given/,
    );
    await writeFile(join(folder, 'teacher.safetensors'), saveMoE(teacher));
    expect((await readConfigTeacher(config, folder)).teacher).toEqual(teacher);
    await writeFile(join(folder, 'teacher.safetensors'), saveMoE(otherAmplitudes(teacher)));
    await expect(readConfigTeacher(config, folder)).rejects.toThrow(/teacher\.sha256/);
  });
});

function otherAmplitudes({ spec, params }: MoE): MoE {
  return createMoE(spec, { ...params, amplitude: ndarray([2], [1, 2]) });
}

describe('the folder of a run on a teacher of one’s own', () => {
  const options = { students: 4, train: { time: 40 }, finetune: { maxSteps: 50 } } as const;

  it('keeps the teacher from the start, and goes on and is read from the folder alone', async () => {
    const path = join(folder, 'run');
    const experiment = createExperiment(options, { teacher });
    const made = await createRunFolder(path, experiment.snapshot());
    await made.close();
    const begun = await readRun(path);
    expect(await readModel(begun, 'teacher')).toEqual(teacher);
    const { folder: resumed, snapshot } = await resumeRunFolder(path);
    const result = await runExperiment(restoreExperiment(snapshot), {
      onRecord: (event) => resumed.add(event),
    });
    await resumed.close();
    const whole = await runExperiment(createExperiment(options, { teacher }));
    expect(result.models).toEqual(whole.models);
    const run = await readRun(path);
    expect(run.result?.config.teacher).toEqual(experiment.config.teacher);
    expect(await readModel(run, 'teacher')).toEqual(teacher);
  });

  it('says where the teacher that it kept was changed, before the end and after', async () => {
    const path = join(folder, 'run');
    const made = await createRunFolder(path, createExperiment(options, { teacher }).snapshot());
    await made.close();
    await writeFile(join(path, 'teacher.safetensors'), saveMoE(otherAmplitudes(teacher)));
    await expect(readModel(await readRun(path), 'teacher')).rejects.toThrow(
      /was changed since the run wrote it/,
    );
  });
});
