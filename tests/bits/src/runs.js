import v8 from 'node:v8';
import { createTfjsBackend } from '@softmoe/backend-tfjs';
import { presetConfig, runPipeline } from '@softmoe/lab';
import { fingerprint } from './fingerprint.js';

const seeds = Array.from({ length: 10 }, (_, seed) => seed);

/** Everything on which the bits of a run depend is named here, not left to a default. */
const exact = {
  engine: 'exact',
  variant: 'float64',
  train: { method: 'bogackiShampine', tolerance: 1e-4, time: 150 },
};
const subspace = { engine: 'subspace', train: { method: 'adam', step: 0.01, time: 20 } };
const online = {
  engine: 'online',
  variant: 'float64',
  train: { method: 'euler', step: 0.1, time: 60, batchSize: 1024 },
};

/** The runs whose bits are on record: name, preset, changes to it, and the kernels of those that sample. */
export const runs = [
  ...seeds.map((seed) => ({
    name: `canonical ${seed}`,
    preset: 'canonical',
    changes: { seed, ...exact },
  })),
  ...seeds.map((seed) => ({ name: `quick ${seed}`, preset: 'quick', changes: { seed, ...exact } })),
  ...seeds.map((seed) => ({
    name: `exact-simd ${seed}`,
    preset: 'quick',
    changes: { seed, ...exact, variant: 'float64-simd' },
  })),
  ...seeds.map((seed) => ({
    name: `softmax ${seed}`,
    preset: 'softmax',
    changes: { seed, ...subspace },
    variant: 'simd',
  })),
  ...['simd', 'relaxed'].map((variant) => ({
    name: `online ${variant}`,
    preset: 'quick',
    changes: { seed: 0, ...online },
    variant,
  })),
];

/** Fingerprints of one run: of its records, of its pruning, of its models, of its result and of its proof. */
export async function bitsOf({ preset, changes, variant }) {
  const backend = variant && (await open(variant));
  const records = [];
  let pruned;
  try {
    const result = await runPipeline(presetConfig(preset, changes), {
      ...(backend ? { backend } : {}),
      onRecord(event) {
        if (event.phase === 'prune') pruned = event;
        if ('record' in event)
          records.push({ ...event.record, phase: event.phase, stage: event.stage });
      },
    });
    const { models, ...summary } = result;
    const { proof, proofFailure, ...certificate } = summary.certificate;
    return {
      records: fingerprint(records),
      pruned: fingerprint(pruned),
      models: fingerprint(Object.entries(models).map(([name, { params }]) => [name, params])),
      summary: fingerprint({ ...summary, certificate }),
      proof: fingerprint({ proof, proofFailure }),
    };
  } finally {
    await backend?.dispose();
  }
}

async function open(variant) {
  if (variant === 'relaxed' && Number.parseInt(process.versions.node, 10) < 22) {
    v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  return createTfjsBackend('wasm', { variant });
}
