import {
  type ExpertKind,
  type ExpertSpec,
  gateNames,
  type Inputs,
  MAX_HERMITE_DEGREE,
} from '@softmoe/model';
import type { Batch } from '../backend.ts';
import { checkAgreement } from './agreement.ts';
import { type ConformanceCase, conformanceCase } from './case.ts';
import { batch, model, points, targetsFor } from './problems.ts';

/** At least one spec of every kind of expert: of every degree, of either parity and of none. */
const EXPERTS: Readonly<Record<ExpertKind, readonly ExpertSpec[]>> = {
  hermite: Array.from({ length: MAX_HERMITE_DEGREE }, (_, p) => ({
    kind: 'hermite',
    degree: p + 1,
  })),
  series: [[2], [0.5, -1], [0, 1, 0, -0.5], [1, 0, 0.5, 0, -0.25], [1, 1, 1, 1, 1, 1, 1]].map(
    (coefficients) => ({ kind: 'series', coefficients }),
  ),
};

/** On both sides of the widths of tiles, panels and blocks. */
const WIDTHS = [1, 3, 7, 8, 9, 17, 65];
const SIZES = [...WIDTHS, 63, 64, 130];

/** Values of all methods against plain float64 arithmetic. */
export function accuracyCases(): ConformanceCase[] {
  return [...everyFunction(), ...everyShape(), ...everyInput(), ...extremes()];
}

function everyFunction(): ConformanceCase[] {
  const experts = Object.values(EXPERTS).flat();
  return gateNames.flatMap((gate) =>
    experts.map((expert) =>
      conformanceCase(`${gate} gate, ${nameOf(expert)} expert`, async (backend) => {
        const student = model({ inputDim: 11, experts: 5, gate, expert });
        await checkAgreement(backend, student, batch(student, 37));
      }),
    ),
  );
}

function everyShape(): ConformanceCase[] {
  const cases = SIZES.map((size) =>
    conformanceCase(`${size} points, any numbers of experts and dimensions`, async (backend) => {
      for (const inputDim of WIDTHS) {
        for (const experts of WIDTHS) {
          const student = model({ inputDim, experts });
          await checkAgreement(backend, student, batch(student, size));
        }
      }
    }),
  );
  const large = conformanceCase('1000 points in 130 dimensions', async (backend) => {
    const student = model({ inputDim: 130, experts: 33 });
    await checkAgreement(backend, student, batch(student, 1000));
  });
  return [...cases, large];
}

function everyInput(): ConformanceCase[] {
  const student = model({ inputDim: 9, experts: 3 });
  const { inputs, targets, size } = batch(student, 70);
  const [inputs32, targets32] = [Float32Array.from(inputs), Float32Array.from(targets)];
  const batches: Record<string, Batch> = {
    'float64 inputs and targets': { inputs, targets, size },
    'float32 inputs and targets': { inputs: inputs32, targets: targets32, size },
    'float32 inputs, float64 targets': { inputs: inputs32, targets, size },
    'float64 inputs, float32 targets': { inputs, targets: targets32, size },
    'views into larger float64 buffers': {
      inputs: view64(inputs),
      targets: view64(targets),
      size,
    },
    'views into larger float32 buffers': {
      inputs: view32(inputs32),
      targets: view32(targets32),
      size,
    },
  };
  return Object.entries(batches).map(([name, given]) =>
    conformanceCase(name, (backend) => checkAgreement(backend, student, given)),
  );
}

/** The same numbers, not at the start of their buffer and not to its end. */
function view64(numbers: Inputs): Float64Array {
  const view = new Float64Array(new ArrayBuffer(8 * (numbers.length + 5)), 8 * 3, numbers.length);
  view.set(numbers);
  return view;
}

function view32(numbers: Inputs): Float32Array {
  const view = new Float32Array(new ArrayBuffer(4 * (numbers.length + 5)), 4 * 3, numbers.length);
  view.set(numbers);
  return view;
}

function extremes(): ConformanceCase[] {
  const saturated = gateNames.map((gate) =>
    conformanceCase(`${gate} gate far in its tails`, async (backend) => {
      const linear = model({
        inputDim: 4,
        experts: 6,
        gate,
        expert: { kind: 'hermite', degree: 1 },
      });
      for (const factor of [30, 1000]) {
        const inputs = points(40, 4).map((x) => factor * x);
        const targets = targetsFor(linear, inputs, 40);
        await checkAgreement(backend, linear, { inputs, targets, size: 40 }, factor);
      }
    }),
  );
  const silent = conformanceCase('a unit of amplitude zero', async (backend) => {
    const student = model({ inputDim: 5, experts: 4 });
    student.params.amplitude!.data[2] = 0;
    await checkAgreement(backend, student, batch(student, 20));
  });
  const still = conformanceCase('all points at the origin', async (backend) => {
    const student = model({ inputDim: 5, experts: 4, expert: { kind: 'hermite', degree: 2 } });
    const inputs = new Float64Array(10 * 5);
    await checkAgreement(backend, student, {
      inputs,
      targets: targetsFor(student, inputs, 10),
      size: 10,
    });
  });
  return [...saturated, silent, still];
}

function nameOf(expert: ExpertSpec): string {
  return expert.kind === 'hermite'
    ? `hermite ${expert.degree}`
    : `${expert.kind} [${expert.coefficients.join(', ')}]`;
}
