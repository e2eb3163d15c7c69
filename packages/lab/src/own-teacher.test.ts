import { createReferenceBackend } from '@softmoe/backend';
import {
  createMoE,
  type MoE,
  type MoESpec,
  ndarray,
  saveMoE,
  toSpan,
  UnsupportedError,
  ValueError,
} from '@softmoe/model';
import { routingOf } from '@softmoe/model/checks';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, parseConfig } from './config.ts';
import { milestonesOf } from './course.ts';
import { ConfigError } from './errors.ts';
import { createExperiment, restoreExperiment } from './experiment.ts';
import { configWithTeacher } from './own-teacher.ts';
import { runExperiment, runPipeline } from './pipeline.ts';
import { presetAround } from './presets.ts';
import { recordLine } from './record-line.ts';
import type { RecordLine } from './record-schema.ts';
import { summaryOf } from './result.ts';
import { resultFormat } from './result-schema.ts';

const expert = { kind: 'hermite', degree: 3 } as const;
const drawn = createTeacher({
  inputDim: 16,
  experts: 2,
  gate: 'sigmoid',
  expert,
  geometry: { kind: 'random-unit' },
  seed: 3,
});
const weighted = withAmplitudes(drawn, [1, -0.7]);
const short: ConfigInput = { students: 6, seed: 1, train: { time: 60 } };

function withAmplitudes({ spec, params }: MoE, amplitudes: readonly number[]): MoE {
  return createMoE(spec, { ...params, amplitude: ndarray([amplitudes.length], amplitudes) });
}

describe('an experiment on a teacher of the user’s own', () => {
  it('gives the bits of one on the same teacher drawn', async () => {
    const geometry = { kind: 'random-unit' } as const;
    const student = createStudent({
      inputDim: 16,
      experts: 6,
      gate: 'sigmoid',
      expert,
      seed: 1,
      amplitude: 1e-3,
    });
    const options = { inputDim: 16, teachers: 2, geometry, ...short, seed: 3 };
    const asDrawn = await runPipeline(options, { student });
    const asGiven = await runPipeline({ ...short, seed: 3 }, { teacher: drawn, student });
    expect(asGiven.models).toEqual(asDrawn.models);
    expect(asGiven.loss).toEqual(asDrawn.loss);
    expect(asGiven.certificate).toEqual(asDrawn.certificate);
    expect(asGiven.milestones).toEqual(asDrawn.milestones);
  });

  it('has routers as long as those of its teacher', () => {
    const gate = { name: 'tanh', norm: 2 } as const;
    const teacher = createMoE({ ...drawn.spec, gate } as MoESpec, drawn.params);
    const { config, student } = createExperiment(short, { teacher });
    expect(config).toMatchObject({ gate: 'tanh', routerNorm: 2 });
    expect(student.spec.gate).toEqual(gate);
  });

  it('recovers it with its amplitudes, and tells what it is in config and result', async () => {
    const result = await runPipeline(short, { teacher: weighted });
    expect(result).toMatchObject({ inputDim: 16, teachers: 2, recovered: 2, survivors: 2 });
    expect(result.parameterError).toBeLessThan(1e-9);
    expect(result.certificate.verdict).toBe('certified');
    expect(result.config).toMatchObject({
      inputDim: 16,
      teachers: 2,
      students: 6,
      geometry: { kind: 'given' },
      amplitudeSpread: 1 / 0.7,
      teacher: { amplitudes: [1, -0.7] },
    });
    expect(result.models.teacher).toEqual(weighted);
    const summary = summaryOf(result);
    const read = resultFormat.schema.safeParse(JSON.parse(JSON.stringify(summary)));
    expect(read).toEqual({ success: true, data: summary });
  });

  it.each(['subspace', 'online'] as const)('samples it on the engine %s', async (engine) => {
    const config = {
      ...short,
      engine,
      train: { time: 0.2, batchSize: 16 },
      finetune: { onlineSteps: 1, maxSteps: 400 },
    };
    const experiment = createExperiment(config, {
      teacher: weighted,
      backend: createReferenceBackend(),
    });
    const event = await experiment.next();
    expect(event).toMatchObject({
      phase: 'train',
      record: { alignment: { expert: [expect.any(Number), expect.any(Number)] } },
    });
    expect(event && 'teacher' in event && event.teacher.params.amplitude).toEqual(
      weighted.params.amplitude,
    );
  });

  it('takes one whose gates compete, with its biases', () => {
    const shared = createTeacher({
      inputDim: 6,
      experts: 2,
      routing: 'softmax',
      expert,
      geometry: { kind: 'random-unit' },
      seed: 1,
    });
    const teacher = createMoE(shared.spec, {
      ...shared.params,
      routerBias: ndarray([2], [0.5, -0.5]),
    });
    const { config } = createExperiment({}, { teacher, backend: createReferenceBackend() });
    expect(config).toMatchObject({
      routing: 'softmax',
      engine: 'subspace',
      students: 10,
      inputDim: 6,
    });
  });

  it('counts times of alignment with the signs of its amplitudes, from records as in the result', async () => {
    // An even expert can't flip its unit, and a gate that is tanh can.
    const even = createTeacher({
      inputDim: 12,
      experts: 2,
      gate: 'tanh',
      expert: { kind: 'hermite', degree: 2 },
      geometry: { kind: 'orthonormal' },
      seed: 2,
    });
    const lines: RecordLine[] = [];
    const { config, milestones } = await runPipeline(
      { students: 8, seed: 4, train: { time: 60 } },
      {
        teacher: withAmplitudes(even, [1, -1]),
        onRecord: (event) => {
          if (event.phase === 'train') lines.push(recordLine(event));
        },
      },
    );
    expect(milestones.expert.filter((time) => time !== null)).not.toEqual([]);
    expect(milestonesOf(lines, config)).toEqual(milestones);
    const { teacher: pinned, ...rest } = config;
    const asPositive = {
      ...rest,
      teacher: { ...pinned, sha256: pinned?.sha256 ?? '', amplitudes: [1, 1] },
    };
    expect(milestonesOf(lines, asPositive)).not.toEqual(milestones);
  });

  it('goes on from a snapshot, which holds the teacher, to the same bits', async () => {
    const experiment = createExperiment(short, { teacher: weighted });
    for (let i = 0; i < 5; i++) await experiment.next();
    const snapshot = structuredClone(experiment.snapshot());
    expect(snapshot.teacher).toEqual(saveMoE(weighted));
    const whole = await runPipeline(short, { teacher: weighted });
    const resumed = await runExperiment(restoreExperiment(snapshot));
    expect(resumed.models).toEqual(whole.models);
    expect(resumed.config).toEqual(whole.config);
  });

  it('is the same for the same teacher written otherwise, and keeps no arrays of the caller', () => {
    const { router, amplitude, ...others } = weighted.params;
    const amplitudes = amplitude.data.slice();
    const shuffled = createMoE(
      {
        routing: 'independent',
        expert: { degree: 3, kind: 'hermite' },
        gate: 'sigmoid',
        experts: 2,
        inputDim: 16,
      },
      { amplitude: { shape: [2], data: amplitudes }, ...others, router },
    );
    const experiment = createExperiment(short, { teacher: shuffled });
    amplitudes.fill(5);
    expect(experiment.config).toEqual(createExperiment(short, { teacher: weighted }).config);
    expect(experiment.snapshot().teacher).toEqual(saveMoE(weighted));
  });
});

describe('what a config says beside a teacher of the user’s own', () => {
  it('is completed by it, again from its own completed config, with five students for each expert', () => {
    const config = parseConfig(configWithTeacher(weighted, { teacher: { file: 'mine.npz' } }));
    expect(config).toMatchObject({
      students: 10,
      teacher: { file: 'mine.npz', amplitudes: [1, -0.7] },
    });
    expect(parseConfig(configWithTeacher(weighted, config))).toEqual(config);
    expect(createExperiment(config, { teacher: weighted }).config).toEqual(config);
  });

  it('of a preset is how to train, and as many students for each expert', () => {
    expect(presetAround('duplicates', 2)).toEqual({ students: 24 });
    expect(presetAround('story', 5)).toMatchObject({ students: 20, seed: 1, train: { time: 80 } });
    expect(presetAround('softmax', 3)).toEqual({ students: 12, train: { time: 20 } });
    expect(presetAround('too-few', 1)).toEqual({ students: 1, seed: 2 });
  });

  it.each<[ConfigInput, string]>([
    [
      { teachers: 5 },
      'teachers: must be that of the teacher given, 2 (got 5). Leave it out, or give another teacher.',
    ],
    [
      { inputDim: 8 },
      'inputDim: must be that of the teacher given, 16 (got 8). Leave it out, or give another teacher.',
    ],
    [
      { gate: 'tanh' },
      'gate: must be that of the teacher given, "sigmoid" (got "tanh"). Leave it out, or give another teacher.',
    ],
    [
      { routerNorm: 2 },
      'routerNorm: must be that of the teacher given, 1 (got 2). Leave it out, or give another teacher.',
    ],
    [
      { routing: 'softmax' },
      'routing: must be that of the teacher given, "independent" (got "softmax"). Leave it out, or give another teacher.',
    ],
    [
      { expert: { kind: 'relu' } },
      'expert: must be that of the teacher given, {"kind":"hermite","degree":3} (got {kind: "relu"}). Leave it out, or give another teacher.',
    ],
    [
      { geometry: { kind: 'orthonormal' } },
      'geometry: says how to draw a teacher, and one is given (got {kind: "orthonormal"}). Leave it out.',
    ],
    [
      { amplitudeSpread: 3 },
      'amplitudeSpread: says how to draw a teacher, and one is given (got 3). Leave it out.',
    ],
    [
      { teacher: { amplitudes: [1, 1] } },
      'teacher.amplitudes: must be that of the teacher given, [1,-0.7] (got [1, 1]). Leave it out, or give another teacher.',
    ],
  ])('%j is refused where the teacher has it otherwise', (input, sentence) => {
    expect(() => createExperiment(input, { teacher: weighted })).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: sentence }),
    );
  });

  it('is refused field by field', () => {
    const wrong = () => createExperiment({ teachers: 5, gate: 'tanh' }, { teacher: weighted });
    expect(wrong).toThrow(/^teachers: .*\ngate: /);
  });
});

describe('a teacher that cannot be used is refused', () => {
  const config = createExperiment(short, { teacher: weighted }).config;
  const digest = config.teacher?.sha256;

  it('where the config pins another one', () => {
    expect(() => createExperiment(config, { teacher: drawn })).toThrow(
      new RegExp(
        `teacher\\.sha256: must be that of the teacher given, [0-9a-f]{64} \\(got "${digest}"\\)\\. Give the teacher that the config was made for`,
      ),
    );
  });

  it('where the config pins one and none is given', () => {
    expect(() => createExperiment(config)).toThrow(
      `teacher: must be given beside the config, which only names it (got "${digest}"). Give it: createExperiment(config, { teacher }).`,
    );
    const { teacher: _, ...snapshot } = createExperiment(short, { teacher: weighted }).snapshot();
    expect(() => restoreExperiment(snapshot)).toThrow(/teacher: must be given beside the config/);
  });

  it('where the snapshot holds another one, or none', () => {
    const snapshot = createExperiment(short, { teacher: weighted }).snapshot();
    const swapped = { ...snapshot, teacher: saveMoE(drawn) };
    expect(() => restoreExperiment(swapped)).toThrow(
      /teacher\.sha256: must be that of the teacher given/,
    );
    expect(() => restoreExperiment(snapshot, { teacher: drawn })).toThrow(/teacher\.sha256/);
    const plain = createExperiment({ inputDim: 16, teachers: 2, students: 4 }).snapshot();
    expect(() => restoreExperiment(plain, { teacher: drawn })).toThrow(
      'teacher: is given, and the config describes one to be drawn (got "a model of 2 experts"). ' +
        'Leave it out, or start an experiment on it with createExperiment.',
    );
  });

  it('where its file was not read', () => {
    expect(() => parseConfig({ teacher: { file: 'mine.npz' } })).toThrow(
      'teacher: names a teacher that has not been read (got "mine.npz"). Read it, and give it: createExperiment(config, { teacher }). softmoe run does both, and loadSweep for a sweep.',
    );
    expect(() => parseConfig({ geometry: { kind: 'given' } })).toThrow(
      'geometry: is that of a teacher of your own, and none is given (got {kind: "given"}). Use orthonormal, random-unit or correlated, or give a teacher.',
    );
    expect(() => parseConfig({ ...config, geometry: { kind: 'orthonormal' } })).toThrow(
      'geometry: says how to draw a teacher, and one is given',
    );
    expect(() => parseConfig({ ...config, teachers: 3 })).toThrow(
      'teachers: must be the 2 of the teacher given (got 3). Leave it out, or give another teacher.',
    );
    expect(() => parseConfig({ ...config, teacher: { sha256: 'abc' } })).toThrow(
      'teacher.sha256: must be 64 hexadecimal digits (got "abc").',
    );
  });

  it('with an amplitude of 0, in a frame, of objects, and what is no model', () => {
    expect(() => createExperiment({}, { teacher: withAmplitudes(drawn, [1, 0]) })).toThrow(
      new ValueError('must not be 0: the function has no such unit', {
        field: 'teacher.amplitude[1]',
        value: 0,
        remedy: 'Leave the unit out of all arrays.',
      }),
    );
    const inFrame = toSpan(drawn, drawn).teacher;
    expect(() => createExperiment({}, { teacher: inFrame })).toThrow(/frame/);
    const routing = { ...routingOf('independent'), name: 'mine' };
    const custom = { spec: { ...drawn.spec, routing }, params: drawn.params } as unknown as MoE;
    expect(() => createExperiment({}, { teacher: custom })).toThrow(UnsupportedError);
    const gate = { name: 'mine', parity: 'odd', value: Math.tanh, derivative: () => 1 };
    const wrong = { spec: { ...drawn.spec, gate }, params: drawn.params } as unknown as MoE;
    expect(() => createExperiment({}, { teacher: wrong })).toThrow(
      expect.objectContaining({ field: 'teacher.spec.gate.derivative' }),
    );
    expect(() => createExperiment({}, { teacher: 3 as unknown as MoE })).toThrow(
      /teacher: must be an object/,
    );
    expect(() => createExperiment({ teachers: 5 }, { teacher: weighted })).toThrow(ConfigError);
  });
});
