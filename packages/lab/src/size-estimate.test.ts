import { createReferenceBackend } from '@softmoe/backend';
import { describe, expect, it } from 'vitest';
import { peakNumbers } from '../test/peak-memory.ts';
import { type ConfigInput, parseConfig } from './config.ts';
import { runPipeline } from './pipeline.ts';
import { estimateSize } from './size-estimate.ts';

const short = { time: 0.5, recordEvery: 0.5 };
const few = { maxSteps: 2 };

describe('memory is what was estimated, to a factor 2', () => {
  it.each<[string, ConfigInput]>([
    ['many students', { inputDim: 60, teachers: 3, students: 120, train: short, finetune: few }],
    ['more students', { inputDim: 64, teachers: 4, students: 240, train: short, finetune: few }],
    ['many inputs', { inputDim: 4000, teachers: 3, students: 30, train: short, finetune: few }],
    [
      'dormandPrince',
      {
        inputDim: 200,
        teachers: 3,
        students: 60,
        train: { ...short, method: 'dormandPrince' },
        finetune: few,
      },
    ],
    [
      'many teachers',
      {
        inputDim: 64,
        teachers: 9,
        students: 9,
        train: short,
        prune: { rule: 'size', size: 9 },
        finetune: few,
      },
    ],
    [
      'many teachers of many inputs, by Levenberg–Marquardt',
      {
        inputDim: 300,
        teachers: 10,
        students: 12,
        train: short,
        prune: { rule: 'size', size: 10 },
        finetune: { maxSteps: 1, method: 'levenbergMarquardt' },
      },
    ],
    [
      'teachers fine-tuned by products to their end',
      {
        inputDim: 300,
        teachers: 10,
        students: 12,
        train: short,
        prune: { rule: 'size', size: 10 },
        finetune: { maxSteps: 60 },
      },
    ],
    [
      'a sample',
      {
        inputDim: 16,
        teachers: 2,
        students: 4,
        expert: { kind: 'relu' },
        train: { ...short, batchSize: 4096, time: 0.02 },
        prune: { rule: 'size', size: 2 },
        finetune: { maxSteps: 1, sampleSize: 4096 },
      },
    ],
  ])('with %s', async (_name, input) => {
    const config = parseConfig(input);
    const estimate = Math.max(...Object.values(estimateSize(config)).map(({ numbers }) => numbers));
    const backend = createReferenceBackend();
    const peak = await peakNumbers(estimate / 50, async () => {
      await runPipeline(config, { backend });
    });
    expect(estimate / peak).toBeGreaterThan(0.5);
    expect(estimate / peak).toBeLessThan(2);
  });
});
