import type { Expert, ExpertSpec, Points } from '@softmoe/model';
import {
  type ExpertKind,
  gateNames,
  gateOf,
  type Inputs,
  MAX_HERMITE_DEGREE,
} from '@softmoe/model/checks';
import type { Backend } from '../backend.ts';
import { checkAgreement } from './agreement.ts';
import { type ConformanceCase, conformanceCase } from './case.ts';
import { endCases } from './ends.ts';
import { extremeCases } from './extremes.ts';
import { functionCases, type OwnFunctions } from './functions.ts';
import { batch, type ModelOptions, model, sharedRoutings } from './problems.ts';

/** At least one spec of every kind of expert: of every degree, of either parity and of none. */
const EXPERTS: Readonly<Record<ExpertKind, readonly ExpertSpec[]>> = {
  hermite: Array.from({ length: MAX_HERMITE_DEGREE }, (_, p) => ({
    kind: 'hermite',
    degree: p + 1,
  })),
  series: [[2], [0.5, -1], [0, 1, 0, -0.5], [1, 0, 0.5, 0, -0.25], [1, 1, 1, 1, 1, 1, 1]].map(
    (coefficients) => ({ kind: 'series', coefficients }),
  ),
  relu: [{ kind: 'relu' }],
  tanh: [{ kind: 'tanh' }],
  gelu: [{ kind: 'gelu' }],
  linear: [{ kind: 'linear' }],
};

/** On both sides of the widths of tiles, panels and blocks. */
const WIDTHS = [1, 3, 7, 8, 9, 17, 65];
const SIZES = [...WIDTHS, 63, 64, 130];

/** Values of all methods against plain float64 arithmetic. */
export function accuracyCases(own: OwnFunctions = {}): ConformanceCase[] {
  return [
    ...functionCases(own),
    ...everyFunction(own),
    ...everyShape(),
    ...everyInput(),
    ...extremeCases(),
    ...endCases(),
  ];
}

function everyFunction({ gates = [], experts = [] }: OwnFunctions): ConformanceCase[] {
  const gatings: Pick<ModelOptions, 'gate' | 'routing'>[] = [
    ...[
      ...gateNames,
      { name: 'tanh', norm: 2.5 } as const,
      { name: 'sigmoid', norm: 'free' } as const,
      ...gates,
    ].map((gate) => ({ gate })),
    ...sharedRoutings.map((routing) => ({ routing })),
  ];
  return gatings.flatMap((gating) =>
    [...Object.values(EXPERTS).flat(), ...experts].map((expert) => {
      const { gate, routing } = gating;
      const of = gate && gateOf(gate).name;
      const name = of ? `${of} gate` : `${routing} routing`;
      return conformanceCase(`${name}, ${nameOf(expert)} expert`, async (backend) => {
        const student = model({ inputDim: 11, experts: 5, expert, ...gating });
        await checkAgreement(backend, student, batch(student, 37));
      });
    }),
  );
}

function everyShape(): ConformanceCase[] {
  return [
    ...shapes('', WIDTHS, {}),
    ...sharedRoutings.flatMap((routing) =>
      shapes(`${routing} routing: `, [1, 8, 17], { routing, salt: 1 }),
    ),
  ];
}

function shapes(
  prefix: string,
  dims: readonly number[],
  options: Pick<ModelOptions, 'routing' | 'salt'>,
): ConformanceCase[] {
  const check = async (backend: Backend, inputDim: number, experts: number, size: number) => {
    const student = model({ inputDim, experts, ...options });
    await checkAgreement(backend, student, batch(student, size, options.salt));
  };
  const cases = SIZES.map((size) =>
    conformanceCase(
      `${prefix}${size} points, any numbers of experts and dimensions`,
      async (backend) => {
        for (const inputDim of dims) {
          for (const experts of WIDTHS) await check(backend, inputDim, experts, size);
        }
      },
    ),
  );
  const large = conformanceCase(`${prefix}1000 points in 130 dimensions`, (backend) =>
    check(backend, 130, 33, 1000),
  );
  return [...cases, large];
}

function everyInput(): ConformanceCase[] {
  const student = model({ inputDim: 9, experts: 3 });
  const { inputs, targets, size } = batch(student, 70);
  const [inputs32, targets32] = [Float32Array.from(inputs), Float32Array.from(targets)];
  const batches: Record<string, Points> = {
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

/** The numbers of an array as a view, not at the start of their buffer and not to its end. */
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

function nameOf(expert: ExpertSpec | Expert): string {
  if ('value' in expert) return expert.name;
  switch (expert.kind) {
    case 'hermite':
      return `hermite ${expert.degree}`;
    case 'series':
      return `series [${expert.coefficients.join(', ')}]`;
    default:
      return expert.kind;
  }
}
