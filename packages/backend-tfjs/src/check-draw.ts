import type { Draw } from '@softmoe/model';
import { type MoE, requireFinite, requireInteger, ShapeError, ValueError } from '@softmoe/model';

/** Throws a typed error unless the draw names a batch for both models. */
export function checkDraw(model: MoE, teacher: MoE, draw: Draw): void {
  requireInteger('size', draw.size, 1, 2 ** 31 - 64);
  requireInteger('seed', draw.seed, 0);
  requireInteger('step', draw.step, 0, 2 ** 32 - 1);
  requireFinite('noise', draw.noise ?? 0, 0);
  const { stream } = draw;
  if (typeof stream !== 'string' || stream === '' || /\p{Surrogate}/u.test(stream)) {
    throw new ValueError('must name a stream', {
      field: 'stream',
      value: stream,
      remedy: 'Use a non-empty string of well-formed Unicode.',
    });
  }
  if (teacher.spec.inputDim === model.spec.inputDim) return;
  throw new ShapeError('is not that of the model', {
    field: 'teacher.spec.inputDim',
    value: teacher.spec.inputDim,
    remedy: `Use a teacher on ${model.spec.inputDim} dimensions.`,
  });
}
