import { createReferenceBackend } from '@softmoe/backend';
import { createMoE, freeRouters, type MoE, ndarray, saveMoE } from '@softmoe/model';
import { norm, row } from '@softmoe/model/linalg';
import { createTeacher } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { decodeTeacher } from './files.ts';
import {
  bestVariant,
  type ConfigInput,
  createExperiment,
  type ExperimentEvent,
  newConfig,
  type PipelineOptions,
  parseConfig,
  type RecordLine,
  recordLine,
  runPipeline,
} from './index.ts';

const small = { inputDim: 16, teachers: 2, students: 8, routerNorm: 'free' } as const;

const lengthsOf = ({ params, spec }: MoE) =>
  Array.from({ length: spec.experts }, (_, i) => norm(row(params.router, i)));

async function resultOf(
  config: ConfigInput,
  { teacher, onRecord }: Pick<PipelineOptions, 'teacher' | 'onRecord'> = {},
) {
  const backend = createReferenceBackend();
  return runPipeline(config, {
    backend,
    ...(teacher ? { teacher } : {}),
    ...(onRecord ? { onRecord } : {}),
  });
}

describe('an experiment in which the lengths of routers are learned', () => {
  it('finds those of a drawn teacher, by the exact flow', async () => {
    const lines: RecordLine[] = [];
    const onRecord = (event: ExperimentEvent) => {
      if (event.phase === 'train') lines.push(recordLine(event));
    };
    const result = await resultOf({ ...small, teacherRouterNorm: 0.6 }, { onRecord });
    expect(lines[0]?.routerLength).toEqual(new Array(8).fill(expect.closeTo(1, 14)));
    const lifted = lengthsOf(result.models.trained).map((x) => expect.closeTo(x, 12));
    expect(lines.at(-1)?.routerLength).toEqual(lifted);
    expect(lengthsOf(result.models.teacher)).toEqual([0.6, 0.6].map((x) => expect.closeTo(x, 13)));
    expect(result).toMatchObject({ recovered: 2, variant: { population: 'float64' } });
    expect(result.certificate.verdict).toBe('certified');
    expect(result.parameterError).toBeLessThan(1e-12);
    const { teacher, student } = result.routerLengths!;
    expect(teacher).toEqual(lengthsOf(result.models.teacher));
    student.forEach((length, j) => {
      expect(length).toBeCloseTo(teacher[j]!, 11);
    });
    expect(result.certificate.proofFailure).toMatchObject({ reason: 'gate' });
  });

  it('finds those of a teacher of one’s own, which differ', async () => {
    const drawn = freeRouters(
      createTeacher({
        inputDim: 16,
        experts: 2,
        gate: 'sigmoid',
        expert: { kind: 'hermite', degree: 3 },
        geometry: { kind: 'orthonormal' },
        seed: 3,
      }),
    );
    const { shape, data } = drawn.params.router;
    const router = ndarray(
      shape,
      data.map((x, k) => x * (k < 16 ? 0.7 : 1.3)),
    );
    const teacher = createMoE(drawn.spec, { ...drawn.params, router });
    const result = await resultOf({ routerNorm: 'free', students: 8 }, { teacher });
    expect(result.recovered).toBe(2);
    expect(result.routerLengths!.teacher).toEqual([0.7, 1.3].map((x) => expect.closeTo(x, 13)));
    expect(result.parameterError).toBeLessThan(1e-11);
  });

  it.each(['subspace', 'online'] as const)(
    'learns them from samples on the engine %s',
    async (engine) => {
      const { models, alignment } = await resultOf({
        ...small,
        engine,
        teacherRouterNorm: 1.8,
        train: { batchSize: 256, time: 20, recordEvery: 5 },
        prune: { rule: 'size', size: 2 },
        finetune: { maxSteps: 20, onlineSteps: 20 },
      });
      expect(alignment.expert.length).toBe(2);
      for (const length of lengthsOf(models.trained))
        expect(Math.abs(length - 1)).toBeGreaterThan(1e-6);
    },
  );

  it('is told by no result in which they are not', async () => {
    const { routerLengths } = await resultOf({
      ...small,
      routerNorm: 1.5,
      train: { time: 5 },
      finetune: { maxSteps: 5 },
    });
    expect(routerLengths).toBeUndefined();
  });
});

describe('a teacher file for students that learn the lengths of routers', () => {
  const input = { routerNorm: 'free', gate: 'sigmoid' } as const;

  it('keeps the lengths of bare arrays', () => {
    const arrays = { router: [[3, 4]], expert: [[0, 2]], amplitude: [1] };
    const bytes = new TextEncoder().encode(JSON.stringify(arrays));
    const { teacher, warnings } = decodeTeacher(bytes, 'arrays.json', input);
    expect([...teacher.params.router.data]).toEqual([3, 4]);
    expect([...teacher.params.expert.data]).toEqual([0, 1]);
    expect(warnings).toEqual([{ kind: 'rows-normalised', value: 1, rows: 1 }]);
    expect(teacher.spec.gate).toEqual({ name: 'sigmoid', norm: 'free' });
  });

  it.each([
    ['of a fixed norm', { name: 'sigmoid', norm: 2 } as const, 2],
    ['of unit routers', 'sigmoid' as const, 1],
  ])('gives the routers of a model %s their lengths', (_, gate, length) => {
    const spec = {
      inputDim: 2,
      experts: 1,
      gate,
      expert: { kind: 'hermite', degree: 3 },
      routing: 'independent',
    } as const;
    const rows = ndarray([1, 2], [0, 1]);
    const model = createMoE(spec, { router: rows, expert: rows, amplitude: ndarray([1], [1]) });
    const { teacher } = decodeTeacher(saveMoE(model), 'teacher.safetensors', input);
    expect(lengthsOf(teacher)).toEqual([length]);
    const { config } = createExperiment({ ...input, students: 3 }, { teacher: model });
    expect(config).toMatchObject({ routerNorm: 'free', gate: 'sigmoid' });
  });
});

describe('a config in which the lengths of routers are learned', () => {
  it('is told from one in which they are 1', () => {
    expect(parseConfig({ routerNorm: 'unit' }).routerNorm).toBe(1);
  });

  it('is of the exact engine', () => {
    expect(newConfig(small)).toMatchObject({ engine: 'exact', variant: bestVariant() });
    // A teacher behind routers so long is sampled, as one of that fixed norm is.
    expect(parseConfig({ ...small, teacherRouterNorm: 50 })).toMatchObject({ engine: 'subspace' });
  });

  it.each<[object, string]>([
    [
      { routerNorm: 'long' },
      'routerNorm: expected number or "free" or "unit", received string (got "long"). Leave it out.',
    ],
    [
      { teacherRouterNorm: 2 },
      "teacherRouterNorm: is for routers that have lengths of their own (got 2). Add routerNorm: 'free', or leave it out.",
    ],
    [
      { routing: 'softmax', routerNorm: 'free' },
      'routerNorm: has no meaning: softmax routing learns how long its routers are (got "free"). Leave it out.',
    ],
  ])('is refused as %j', (input, sentence) => {
    expect(() => parseConfig(input)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: sentence }),
    );
  });

  it('says nothing of how to draw a teacher that is given', () => {
    const rows = ndarray([1, 2], [0, 1]);
    const spec = {
      inputDim: 2,
      experts: 1,
      gate: 'tanh',
      expert: { kind: 'hermite', degree: 3 },
      routing: 'independent',
    } as const;
    const teacher = createMoE(spec, { router: rows, expert: rows, amplitude: ndarray([1], [1]) });
    expect(() =>
      createExperiment({ routerNorm: 'free', teacherRouterNorm: 2 }, { teacher }),
    ).toThrow(/^teacherRouterNorm: says how to draw a teacher, and one is given/);
  });
});
