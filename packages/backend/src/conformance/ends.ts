import { createMoE, type ExpertSpec, type MoE, ndarray } from '@softmoe/model';
import { expertOf, type GateName, gateNames, gateOf } from '@softmoe/model/checks';
import { row } from '@softmoe/model/linalg';
import type { Backend } from '../backend.ts';
import { type ConformanceCase, conformanceCase, demand } from './case.ts';
import { sharedRoutings } from './problems.ts';

/** Arguments from zero to the ends of float32, of both signs. */
const ENDS: readonly number[] = [0, 1e-38, 10, 88, 104, 1e4, 1e19, 1e37, 3e38].flatMap((x) => [
  x,
  -x,
]);

/** Largest error of a value relative to itself or, where it is below 1, of itself. */
const TOLERANCE = { float64: 1e-13, float32: 2e-6 } as const;

const MOST_OF_FLOAT32 = 3.4e38;

const SATURATE =
  'Let the function reach its limit: what is clamped is multiplied by large numbers.';

/** h of degree 1: what is multiplied by the function in question changes no digit of it. */
const LINEAR: ExpertSpec = { kind: 'linear' };

/** Gates and experts that have limits, each alone at one point: near them nothing may hide beside something larger. */
export function endCases(): ConformanceCase[] {
  const kinds: ExpertSpec[] = [{ kind: 'relu' }, { kind: 'tanh' }, { kind: 'gelu' }, LINEAR];
  return [
    ...(['tanh', 'gelu', 'relu'] as const).map((kind) =>
      conformanceCase(`${kind} expert where logits overflow`, (backend) =>
        checkOverflow(backend, kind),
      ),
    ),
    ...gateNames.map((gate) =>
      conformanceCase(`${gate} gate to both ends of float32`, async (backend) => {
        for (const z of ENDS) await checkGate(backend, gate, z);
      }),
    ),
    ...kinds.map((expert) =>
      conformanceCase(`${expert.kind} expert to both ends of float32`, async (backend) => {
        for (const z of ENDS) await checkExpert(backend, expert, z);
      }),
    ),
    ...sharedRoutings.map((routing) =>
      conformanceCase(`${routing} routing to both ends of float32`, async (backend) => {
        const model = createMoE(
          { inputDim: 2, experts: 2, expert: LINEAR, routing },
          {
            router: ndarray([2, 2], [1, 0, 0, 0]),
            expert: ndarray([2, 2], [0, 1, 0, 1]),
            amplitude: ndarray([2], [1, 1]),
            routerBias: ndarray([2], [0, 0]),
          },
        );
        const { value } = gateOf('sigmoid');
        for (const z of ENDS) {
          const units = await backend.units(model, Float64Array.of(z, 1), 1);
          checkNumber(backend, `units at a logit of ${z}`, units[0], value(z));
          checkNumber(backend, `units at a logit of ${z}`, units[1], value(-z));
        }
      }),
    ),
  ];
}

/** One unit a·g(x₁)·h(x₂) in two dimensions. */
function unit(gate: GateName, expert: ExpertSpec): MoE {
  return createMoE(
    { inputDim: 2, experts: 1, gate, expert, routing: 'independent' },
    {
      router: ndarray([1, 2], [1, 0]),
      expert: ndarray([1, 2], [0, 1]),
      amplitude: ndarray([1], [1]),
    },
  );
}

/** g(z)·1, and with a residual of 1 its derivative by the router along x₂ = 1 and along x₁ = z. */
async function checkGate(backend: Backend, gate: GateName, z: number): Promise<void> {
  const { value, derivative } = gateOf(gate);
  const model = unit(gate, LINEAR);
  const inputs = Float64Array.of(z, 1);
  const units = await backend.units(model, inputs, 1);
  checkNumber(backend, `units at a logit of ${z}`, units[0], value(z));
  const targets = Float64Array.of(value(z) - 1);
  const { gradient } = await backend.lossAndGradient(model, { inputs, targets, size: 1 });
  const [along, across] = row(gradient.router, 0);
  checkNumber(backend, `gradient at a logit of ${z}`, across, derivative(z));
  checkNumber(backend, `gradient at a logit of ${z}`, along, z * derivative(z));
}

/**
 * ½·h(z), and its derivative by the expert. Where h grows with z that is asked for only while a residual of 1 is not lost to
 * rounding.
 */
async function checkExpert(backend: Backend, expert: ExpertSpec, z: number): Promise<void> {
  const { value, derivative } = expertOf(expert);
  const model = unit('sigmoid', expert);
  const inputs = Float64Array.of(0, z);
  const units = await backend.units(model, inputs, 1);
  const half = 0.5 * value(z);
  checkNumber(backend, `units at a logit of ${z}`, units[0], half);
  if (Math.abs(half) > 1) return;
  const targets = Float64Array.of(half - 1);
  const { gradient } = await backend.lossAndGradient(model, { inputs, targets, size: 1 });
  checkNumber(
    backend,
    `gradient at a logit of ${z}`,
    gradient.expert.data[1],
    0.5 * derivative(z) * z,
  );
}

/** ½·h(∓∞), which finite inputs reach too: a limit of h of which none may be NaN. */
async function checkOverflow(backend: Backend, kind: 'tanh' | 'gelu' | 'relu'): Promise<void> {
  const model = createMoE(
    { inputDim: 3, experts: 1, gate: 'sigmoid', expert: { kind }, routing: 'independent' },
    {
      router: ndarray([1, 3], [0, 0, 1]),
      expert: ndarray([1, 3], [0.6, 0.8, 0]),
      amplitude: ndarray([1], [1]),
    },
  );
  const most = backend.info.precision === 'float64' ? Number.MAX_VALUE : MOST_OF_FLOAT32;
  const { value, derivative } = expertOf(model.spec.expert);
  for (const sign of [-1, 1]) {
    const inputs = Float64Array.of(sign * most, sign * most, 0);
    const place = `a logit of ${sign * Infinity}`;
    const half = 0.5 * value(sign * Infinity);
    const units = await backend.units(model, inputs, 1);
    if (!Number.isFinite(half)) {
      demand(units[0] === half, `must be ${half}`, `units at ${place}`, units[0], SATURATE);
      continue;
    }
    checkNumber(backend, `units at ${place}`, units[0], half);
    const targets = Float64Array.of(half - 1);
    const { gradient } = await backend.lossAndGradient(model, { inputs, targets, size: 1 });
    const slope = 0.5 * derivative(sign * Infinity) * most;
    checkNumber(backend, `gradient at ${place}`, gradient.expert.data[0], slope);
  }
}

function checkNumber(backend: Backend, field: string, actual: number | undefined, wanted: number) {
  const error = TOLERANCE[backend.info.precision] * Math.max(1, Math.abs(wanted));
  const right = actual !== undefined && Math.abs(actual - wanted) <= error;
  demand(right, `must be ${wanted} ± ${error}`, field, actual, SATURATE);
}
