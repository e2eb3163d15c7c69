import { forward, type MoE, requireFinite, requireInteger } from '@softmoe/model';
import type { Batch, Draw } from '../src/index.ts';

/** A stand-in for the streams of `@softmoe/teacher`: numbers that depend on every field of the draw, and its checks. */
export function drawBatch(teacher: MoE, draw: Draw): Batch & { targets: Float64Array } {
  const { seed, stream, step, size, noise = 0 } = draw;
  requireInteger('size', size, 1);
  requireInteger('seed', seed, 0);
  requireInteger('step', step, 0, 2 ** 32 - 1);
  requireFinite('noise', noise, 0);
  const d = teacher.spec.inputDim;
  const name = Array.from(stream, (c) => c.codePointAt(0) ?? 0).reduce((a, b) => 3 * a + b, 1);
  const phase = (seed % 1009) + (step % 997) / 7 + name / 11;
  const inputs = Float64Array.from({ length: size * d }, (_, k) => 1.5 * Math.sin(phase + k * k));
  const targets = forward(teacher, inputs, size).map((f, s) => f + noise * Math.cos(phase + s * s));
  return { inputs, targets, size };
}
