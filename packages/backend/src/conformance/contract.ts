import { type MoE, type Points, SoftmoeError } from '@softmoe/model';
import { takeRows } from '@softmoe/model/linalg';
import type { Backend } from '../backend.ts';
import { checkAgreement } from './agreement.ts';
import { type ConformanceCase, conformanceCase, demand } from './case.ts';
import { batch, model, sharedRoutings } from './problems.ts';

/** How a backend behaves besides its numbers. */
export function contractCases(): ConformanceCase[] {
  const small = model({ inputDim: 7, experts: 3 });
  const large = model({ inputDim: 20, experts: 9, routing: sharedRoutings[0]!, salt: 1 });
  return [
    conformanceCase('says what it is', async ({ info }) => {
      const { name, threads } = info;
      const known =
        ['float64', 'float32'].includes(info.precision) &&
        ['none', 'simd', 'relaxed'].includes(info.simd) &&
        ['fused', 'composed'].includes(info.kernels);
      const whole = Number.isSafeInteger(threads) && threads >= 1;
      const remedy = 'Fill in every field of BackendInfo.';
      demand(name.length > 0 && known && whole, 'is not a BackendInfo', 'info', info, remedy);
    }),

    conformanceCase('gives the same bits for the same call', async (backend) => {
      const before = await everything(backend, large, batch(large, 130));
      await everything(backend, small, batch(small, 5));
      const after = await everything(backend, large, batch(large, 130));
      demandSame('repeat', after, before, 'Keep no state that reaches the next result.');
    }),

    conformanceCase('hands out memory that later calls leave alone', async (backend) => {
      const kept = await everything(backend, small, batch(small, 9));
      const copy = kept.map((array) => array.slice());
      await everything(backend, small, batch(small, 9, 1));
      demandSame('result', kept, copy, 'Copy results out of reused memory.');
    }),

    conformanceCase('leaves model and batch as they are', async (backend) => {
      const given = batch(large, 65);
      const arrays = () => [
        ...Object.values(large.params).map(({ data }) => data),
        Float64Array.from(given.inputs),
        Float64Array.from(given.targets),
      ];
      const before = arrays().map((array) => array.slice());
      await everything(backend, large, given);
      demandSame('argument', arrays(), before, 'Work on copies.');
    }),

    conformanceCase('sees that two models differ in their parameters alone', async (backend) => {
      const reversed = Array.from({ length: large.spec.experts }, (_, i) => i).reverse();
      await checkAgreement(backend, large, batch(large, 10));
      for (const [name, array] of Object.entries(large.params)) {
        const params = { ...large.params, [name]: takeRows(array, reversed) };
        await checkAgreement(backend, { ...large, params }, batch(large, 10));
      }
    }),

    conformanceCase('keeps overlapping calls apart', async (backend) => {
      const alone = [
        await everything(backend, small, batch(small, 64)),
        await everything(backend, large, batch(large, 17)),
      ];
      const together = await Promise.all([
        everything(backend, small, batch(small, 64)),
        everything(backend, large, batch(large, 17)),
      ]);
      demandSame('overlap', together.flat(), alone.flat(), 'Give each call memory of its own.');
    }),

    ...badArguments(small),
  ];
}

function badArguments(small: MoE): ConformanceCase[] {
  const { inputs, targets } = batch(small, 4);
  const wrong: { name: string; field: string; change: Partial<Points> }[] = [
    { name: 'inputs that are too short', field: 'inputs', change: { inputs: inputs.slice(1) } },
    {
      name: 'inputs that are too long',
      field: 'inputs',
      change: { size: 3, targets: targets.slice(1) },
    },
    { name: 'no inputs', field: 'inputs', change: { inputs: new Float32Array(0) } },
    { name: 'targets that are too short', field: 'targets', change: { targets: targets.slice(1) } },
    { name: 'targets that are too long', field: 'targets', change: { targets: inputs } },
    ...[0, -4, 1.5, NaN, Infinity].map((size) => ({
      name: `size ${size}`,
      field: 'size',
      change: { size },
    })),
  ];
  return wrong.map(({ name, field, change }) =>
    conformanceCase(`refuses ${name}, and recovers`, async (backend) => {
      const bad: Points = { inputs, targets, size: 4, ...change };
      await demandRefusal(field, () => backend.lossAndGradient(small, bad));
      if (field !== 'targets') {
        await demandRefusal(field, () => backend.predict(small, bad.inputs, bad.size));
        await demandRefusal(field, () => backend.units(small, bad.inputs, bad.size));
      }
      await checkAgreement(backend, small, batch(small, 4));
    }),
  );
}

/** Demands that `call` returns a promise, and that it rejects with a SoftmoeError about `field`. */
export async function demandRefusal(
  field: string | undefined,
  call: () => Promise<unknown>,
): Promise<void> {
  const remedy = 'Check arguments inside an async function, before any arithmetic.';
  const place = field ?? 'arguments';
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (error) {
    demand(false, 'must reject, not throw', place, String(error), remedy);
  }
  const error: unknown = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  demand(error !== undefined, 'must be refused', place, 'a result', remedy);
  demand(error instanceof SoftmoeError, 'needs a SoftmoeError', place, String(error), remedy);
  const named = field === undefined || error.field === field;
  demand(named, `needs an error about the field ${field}`, place, error.field, remedy);
}

/** All numbers that a backend gives for a model and a batch. */
async function everything(backend: Backend, model: MoE, batch: Points): Promise<Float64Array[]> {
  const outputs = await backend.predict(model, batch.inputs, batch.size);
  const units = await backend.units(model, batch.inputs, batch.size);
  const { loss, gradient } = await backend.lossAndGradient(model, batch);
  const arrays = Object.values(gradient).map(({ data }) => data);
  return [outputs, units, Float64Array.of(loss), ...arrays];
}

export function demandSame(
  field: string,
  actual: readonly Float64Array[],
  expected: readonly Float64Array[],
  remedy: string,
): void {
  expected.forEach((array, i) => {
    const other = actual[i];
    const place = array.findIndex((x, k) => !Object.is(x, other?.[k]));
    const same = place < 0 && other?.length === array.length;
    demand(same, `must be ${array[place]}`, `${field}[${i}][${place}]`, other?.[place], remedy);
  });
}
