import { prove, spectrumEnds } from '@softmoe/certify';
import { descentStep, gradientDescent } from '@softmoe/finetune';
import { loadMoE, type MoE, nearestImage, saveMoE } from '@softmoe/model';
import { readFormat } from '@softmoe/model/checks';
import { addScaled, normParams } from '@softmoe/model/linalg';
import { population } from '@softmoe/population';
import { describe, expect, it } from 'vitest';
import { runPipeline } from './pipeline.ts';
import { type ExperimentResult, summaryOf } from './result.ts';
import { resultFormat, type Summary } from './result-schema.ts';

const small = { inputDim: 24, teachers: 2, students: 8, seed: 1, train: { time: 120 } } as const;
const reread = (result: unknown): Summary =>
  readFormat(JSON.parse(JSON.stringify(result)), resultFormat, { file: 'result.json', remedy: '' });

describe('the proof in a result', () => {
  it('is that of the models kept beside it, in the coordinates of the inputs', async () => {
    const { models, certificate } = await runPipeline(small);
    const filed = (model: ExperimentResult['models']['final']) => loadMoE(saveMoE(model));
    expect(certificate.verdict).toBe('certified');
    const start = filed(models.pruned);
    const { proof } = prove(filed(models.final), filed(models.teacher), { start });
    expect(certificate).toMatchObject({ proof, proofFailure: null });
    expect(proof?.distance).toBeLessThan(1e-12);
    expect(proof?.image.unit.toSorted()).toEqual([0, 1]);
  });

  it('holds for the student as pruning left it, and tells so', async () => {
    const { models, certificate } = await runPipeline(small);
    const { proof } = prove(models.pruned, models.teacher);
    expect(proof?.distance).toBeGreaterThan(1e-3);
    expect(certificate.proof?.start).toEqual({
      radius: proof?.radius,
      rate: proof?.rate,
      steps: proof?.steps,
      distance: proof?.distance,
      proved: true,
    });
  });

  it.each([1, 3])(
    'covers every step that gradient descent takes from there (seed %i)',
    async (seed) => {
      const { pruned, teacher } = (await runPipeline({ ...small, seed })).models;
      const balls = [teacher, pruned].map((start) => prove(start, teacher).proof!);
      const image = nearestImage(teacher, pruned).model.params;
      const distanceOf = ({ params }: MoE) => normParams(addScaled(params, -1, image));
      const estimator = population(teacher);
      const { objective } = estimator;
      const descent = gradientDescent({ objective, spectrum: spectrumEnds(estimator) });
      let state = await descent.init(pruned);
      const used = new Set<number>();
      for (let n = 0; n < 120; n++) {
        const before = distanceOf(state.model);
        state = await descent.step(state);
        const { step } = descentStep(state);
        const ball = balls.findIndex(
          ({ radius, steps }) => before < radius && step >= steps[0] && step <= steps[1],
        );
        used.add(ball);
        expect(distanceOf(state.model)).toBeLessThanOrEqual((balls[ball]?.rate ?? 0) * before);
      }
      expect(used).toEqual(new Set([1, 0]));
    },
  );

  it('holds for a student that stopped on its way, inside the ball', async () => {
    const { certificate } = await runPipeline({ ...small, finetune: { maxSteps: 120 } });
    expect(certificate.verdict).toBe('not-converged');
    expect(certificate.proof?.distance).toBeGreaterThan(1e-9);
    expect(certificate.proof?.distance).toBeLessThan(certificate.proof!.radius);
  });

  it('is missing with the reason where the student has another size', async () => {
    const few = await runPipeline({ ...small, prune: { rule: 'size', size: 1 } });
    expect(few.certificate).toMatchObject({
      proof: null,
      proofFailure: { reason: 'size', left: 1, right: 2, mend: 'size' },
    });
  });

  it('comes back from result.json, and results from before there were proofs are read without', async () => {
    const summary = summaryOf(await runPipeline(small));
    expect(reread(summary).certificate).toEqual(summary.certificate);
    const { proof: _, proofFailure: __, ...before } = summary.certificate;
    const old = reread({ ...summary, certificate: before });
    expect(old.certificate).toEqual(before);
    expect('proof' in old.certificate).toBe(false);
    const damaged = { ...summary, certificate: { ...before, proof: { radius: 'wide' } } };
    expect(() => reread(damaged)).toThrow(/proof/);
  });
});
