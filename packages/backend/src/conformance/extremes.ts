import { createMoE, type ExpertSpec, type MoE, ndarray, type Points } from '@softmoe/model';
import { gateNames, type SharedRouting } from '@softmoe/model/checks';
import { checkAgreement } from './agreement.ts';
import { type ConformanceCase, conformanceCase } from './case.ts';
import { batch, model, points, sharedRoutings, targetsFor } from './problems.ts';

/** How far out inputs are taken, and by how much the tolerance is widened for their rounding errors. */
const FACTORS = [30, 1000];

/** Values of all methods where functions saturate, vanish or have a kink. */
export function extremeCases(): ConformanceCase[] {
  return [...saturated(), ...sharedRoutings.flatMap(sharedGates), ...degenerate()];
}

function saturated(): ConformanceCase[] {
  const gates = gateNames.map((gate) =>
    conformanceCase(`${gate} gate far in its tails`, async (backend) => {
      const linear = model({
        inputDim: 4,
        experts: 6,
        gate,
        expert: { kind: 'hermite', degree: 1 },
      });
      for (const factor of FACTORS) {
        const inputs = points(40, 4).map((x) => factor * x);
        await checkAgreement(backend, linear, labelled(linear, inputs), factor);
      }
    }),
  );
  const kinds: ExpertSpec[] = [{ kind: 'relu' }, { kind: 'tanh' }, { kind: 'gelu' }];
  const experts = kinds.map((expert) =>
    conformanceCase(`${expert.kind} expert far in its tails`, async (backend) => {
      const student = model({ inputDim: 4, experts: 6, expert });
      for (const factor of FACTORS) {
        await checkAgreement(backend, student, labelled(student, nearAndFar(factor)), factor);
      }
    }),
  );
  return [...gates, ...experts];
}

function sharedGates(routing: SharedRouting): ConformanceCase[] {
  const options = { inputDim: 4, experts: 6, routing };
  return [
    conformanceCase(`${routing} routing far in its tails`, async (backend) => {
      const linear = model({ ...options, expert: { kind: 'linear' } });
      for (const factor of FACTORS) {
        await checkAgreement(backend, linear, labelled(linear, nearAndFar(factor)), factor);
      }
    }),
    conformanceCase(`${routing} routing with large biases and a shut gate`, async (backend) => {
      const student = model(options);
      const { data } = student.params.routerBias!;
      data.forEach((b, i) => {
        data[i] = b + (i === 2 ? -300 : 100);
      });
      await checkAgreement(backend, student, batch(student, 40), 10);
    }),
    conformanceCase(`${routing} routing with a unit of amplitude zero`, async (backend) => {
      const student = model(options);
      student.params.amplitude.data[2] = 0;
      await checkAgreement(backend, student, batch(student, 20));
    }),
    conformanceCase(`${routing} routing, all points at the origin`, async (backend) => {
      const student = model({ ...options, expert: { kind: 'hermite', degree: 2 } });
      await checkAgreement(backend, student, labelled(student, new Float64Array(10 * 4)));
    }),
  ];
}

function degenerate(): ConformanceCase[] {
  return [
    conformanceCase('a unit of amplitude zero', async (backend) => {
      const student = model({ inputDim: 5, experts: 4 });
      student.params.amplitude.data[2] = 0;
      await checkAgreement(backend, student, batch(student, 20));
    }),
    conformanceCase('all points at the origin', async (backend) => {
      const student = model({ inputDim: 5, experts: 4, expert: { kind: 'hermite', degree: 2 } });
      await checkAgreement(backend, student, labelled(student, new Float64Array(10 * 5)));
    }),
    conformanceCase('relu expert at its kink has slope 0', async (backend) => {
      const { spec, params } = model({ inputDim: 4, experts: 4, expert: { kind: 'relu' } });
      const axes = ndarray([4, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1]);
      const student = createMoE(spec, { ...params, expert: axes });
      const inputs = points(30, 4).map((x, k) => ((k + Math.floor(k / 4)) % 3 === 0 ? 0 : x));
      await checkAgreement(backend, student, labelled(student, inputs));
    }),
  ];
}

function labelled(model: MoE, inputs: Float64Array): Points {
  const size = inputs.length / model.spec.inputDim;
  return { inputs, targets: targetsFor(model, inputs, size), size };
}

/** Forty points in four dimensions, the second half taken out by `factor`. */
function nearAndFar(factor: number): Float64Array {
  return points(40, 4).map((x, k) => (k < 80 ? x : factor * x));
}
