import { createReferenceBackend } from '@softmoe/backend';
import { expertOf, gateOf } from '@softmoe/model/checks';
import * as population from '@softmoe/population';
import { createTeacher } from '@softmoe/teacher';
import { describe, expect, it } from 'vitest';
import { arctan, hinge, swish } from '../../model/fixtures/own-parts.ts';
import { certifyModels } from './certify-models.ts';
import { parseConfig } from './config.ts';
import { ConfigError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { createExperiment, restoreExperiment } from './experiment.ts';
import { configWithParts, hasClosedForm } from './own-parts.ts';
import { resumePipeline, runExperiment, runPipeline } from './pipeline.ts';
import { summaryOf } from './result.ts';

const small = { inputDim: 12, teachers: 2, students: 6, seed: 1 };

describe('an experiment with parts of one’s own', () => {
  it('goes from an own gate in the place of its name to a certificate, exactly, without a proof', async () => {
    const result = await runPipeline({ ...small, gate: arctan });
    expect(result.config.gate).toMatchObject({ name: 'arctan', parity: 'odd', exact: true });
    expect(result.config.engine).toBe('exact');
    expect(result.recovered).toBe(2);
    expect(result.certificate.verdict).toBe('certified');
    expect(result.certificate.proof).toBeNull();
    expect(result.certificate.proofFailure?.inequality).toBe(
      'the gate arctan has no proved bounds',
    );
    expect(result.models.final.spec.gate).toBe(arctan);
  });

  it('computes with tanh as an object what it does by its name', async () => {
    const own = { ...gateOf('tanh'), name: 'mine' };
    const one = await runPipeline({ ...small, gate: own });
    const two = await runPipeline({ ...small, gate: 'tanh' });
    expect(one.recovered).toBe(two.recovered);
    expect(Math.abs(one.loss.trained - two.loss.trained)).toBeLessThan(1e-9);
    expect(one.milestones.expert[0]).toBeCloseTo(two.milestones.expert[0]!, 6);
  });

  it('is plain data but for the code, and goes on from a snapshot to the same bits', async () => {
    const own = { gate: arctan };
    const straight = await runPipeline({ ...small, gate: arctan });
    const experiment = createExperiment({ ...small, gate: arctan });
    for (let i = 0; i < 20; i++) await experiment.next();
    const snapshot = structuredClone(experiment.snapshot());
    expect(() => restoreExperiment(snapshot)).toThrow(
      new ConfigError(
        "is arctan, of the user's own, and must be given beside the config, which only names it",
        {
          field: 'gate',
          value: 'arctan',
          remedy: 'Give it: createExperiment(config, { gate }).',
        },
      ),
    );
    expect(() => restoreExperiment(snapshot, { gate: hinge })).toThrow(/the one given is hinge/);
    const resumed = await resumePipeline(snapshot, own);
    const bare = (result: typeof resumed) => {
      const { timing: _, seconds: __, ...rest } = summaryOf(result);
      return rest;
    };
    expect(bare(resumed)).toEqual(bare(straight));
    const again = await runPipeline(parseConfig(straight.config), own);
    expect(bare(again)).toEqual(bare(straight));
  }, 60_000);

  it('samples an own expert that is no polynomial, on the reference', async () => {
    const input = { ...small, expert: swish, train: { time: 0.3, batchSize: 64 } };
    const config = { ...input, finetune: { maxSteps: 2, sampleSize: 256 } };
    expect(() => createExperiment({ ...config, engine: 'exact' })).toThrow(
      'engine: needs a closed form, and there is none with the expert swish, whose Hermite series has no end',
    );
    expect(() => createExperiment({ ...small, gate: hinge, engine: 'exact' })).toThrow(
      'there is none with the gate hinge, which is not smooth enough',
    );
    const experiment = createExperiment(config, { backend: createReferenceBackend() });
    expect(experiment.config.engine).toBe('subspace');
    expect(experiment.config.expert).toEqual({ kind: 'own', name: 'swish', parity: 'none' });
    const { models } = await runExperiment(experiment);
    expect(models.final.spec.expert).toBe(swish);
    const { loss } = await evaluate(models.final, models.teacher, { samples: 2000 });
    expect(loss).toBeGreaterThan(0);
    const { certificate } = await certifyModels(models.final, models.teacher, { sampleSize: 200 });
    expect(certificate.proof).toBeNull();
  }, 60_000);

  it('has a teacher with an own gate, pinned by name', async () => {
    const geometry = { kind: 'random-unit' } as const;
    const kind = { inputDim: 12, experts: 2, seed: 5, geometry };
    const expert = { kind: 'hermite', degree: 3 } as const;
    const teacher = createTeacher({ ...kind, gate: arctan, expert });
    const experiment = createExperiment({}, { teacher });
    expect(experiment.config.gate).toMatchObject({ name: 'arctan', parity: 'odd', exact: true });
    expect(() => createExperiment({ gate: 'tanh' }, { teacher })).toThrow(
      /gate: is said to be another one than that given, arctan/,
    );
    const { config } = experiment;
    const snapshot = experiment.snapshot();
    expect(() => restoreExperiment(snapshot)).toThrow(ConfigError);
    expect(restoreExperiment(snapshot, { gate: arctan }).config).toEqual(config);
  });
});

describe('the config of parts of one’s own', () => {
  it('tells by itself whether there is a closed form', () => {
    const formOf = (own: object) => {
      const { config } = configWithParts({ ...small, ...own });
      return hasClosedForm(parseConfig(config));
    };
    expect(formOf({ gate: arctan })).toBe(true);
    expect(formOf({ gate: hinge })).toBe(false);
    expect(formOf({ expert: swish })).toBe(false);
    const cube = { name: 'cube', parity: 'odd', value: (z: number) => z ** 3 };
    expect(formOf({ expert: { ...cube, derivative: (z: number) => 3 * z * z } })).toBe(true);
    const lorentz = { name: 'square', parity: 'even', value: (z: number) => z * z } as const;
    const even = { ...lorentz, derivative: (z: number) => 2 * z };
    for (const degree of [1, 3, 6]) {
      const parts = { gate: even, expert: { kind: 'hermite', degree } as const };
      expect(formOf(parts)).toBe(population.hasClosedForm({ routing: 'independent', ...parts }));
    }
  });

  it.each([1, 3, 4, 6])(
    'tells how well expectations are known beside the expert that it has, of degree %i',
    (degree) => {
      const expert = { kind: 'hermite', degree } as const;
      const parts = { routing: 'independent', gate: arctan, expert } as const;
      const exact = population.hasClosedForm(parts);
      const error = exact ? Number(population.expectationError(parts).toPrecision(1)) : undefined;
      const kind = { inputDim: 9, seed: 5, geometry: { kind: 'random-unit' } } as const;
      const teacher = createTeacher({ ...kind, experts: 2, gate: arctan, expert });
      const backend = createReferenceBackend();
      for (const { config } of [
        createExperiment({ ...small, gate: arctan, expert }, { backend }),
        createExperiment({}, { teacher, backend }),
      ]) {
        const facts = { name: 'arctan', parity: 'odd', exact };
        expect(config.gate).toEqual(exact ? { ...facts, error } : facts);
        expect(config.engine).toBe(exact ? 'exact' : 'subspace');
      }
    },
  );

  it('names what is built in, also where code or a teacher has it as an object', () => {
    const expert = { kind: 'series', coefficients: [0, 0.5, 1] } as const;
    const objects = { gate: gateOf('tanh'), expert: expertOf(expert) };
    const kind = { inputDim: 9, experts: 2, seed: 5, geometry: { kind: 'random-unit' } } as const;
    const teacher = createTeacher({ ...kind, ...objects });
    for (const { config } of [
      createExperiment({ ...small, ...objects }),
      createExperiment({}, { teacher }),
    ]) {
      expect(config).toMatchObject({ gate: 'tanh', expert });
    }
  });

  it('is refused before its module is loaded, and where it says otherwise', () => {
    for (const field of ['gate', 'expert']) {
      expect(() => parseConfig({ ...small, [field]: { module: './mine.mjs' } })).toThrow(
        `${field}: names a module that has not been loaded (got "./mine.mjs").`,
      );
    }
    expect(() => configWithParts({ gate: 'sigmoid' }, { gate: arctan })).toThrow(
      'gate: is said to be another one than that given, arctan (got "sigmoid"). Leave it out, or give the gate that the config names.',
    );
    expect(() => parseConfig({ gate: 'arctan' })).toThrow(ConfigError);
    expect(() => parseConfig({ expert: { kind: 'swish' } })).toThrow(/Use one of hermite, /);
  });
});
