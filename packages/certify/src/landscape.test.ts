import { type MoE, retract } from '@softmoe/model';
import { complete } from '@softmoe/model/linalg';
import { population } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { balancedFlow, bogackiShampine, finish, integrate, run } from '@softmoe/train';
import { describe, expect, it } from 'vitest';
import { type Landscape, landscapeSteps } from './landscape.ts';

const kind = { inputDim: 8, gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } } as const;
const teacher = createTeacher({ ...kind, experts: 2, geometry: { kind: 'orthonormal' }, seed: 0 });
const { objective, curvature } = population(teacher);

async function landscapeAt(model: MoE): Promise<Landscape> {
  return complete(landscapeSteps(await curvature(model), teacher));
}

/** Some units of the teacher, as a student of its own. */
const units = (...chosen: number[]): MoE => {
  const { spec, params } = teacher;
  const take = (name: 'router' | 'expert') => ({
    shape: [chosen.length, spec.inputDim],
    data: Float64Array.from(
      chosen.flatMap((j) => [
        ...params[name].data.subarray(j * spec.inputDim, (j + 1) * spec.inputDim),
      ]),
    ),
  });
  const amplitude = Float64Array.from(chosen, (j) => params.amplitude.data[j] ?? Number.NaN);
  const copies = (j: number) => chosen.filter((other) => other === j).length;
  return retract(
    { ...spec, experts: chosen.length },
    {
      router: take('router'),
      expert: take('expert'),
      amplitude: {
        shape: [chosen.length],
        data: amplitude.map((a, i) => a / copies(chosen[i] ?? Number.NaN)),
      },
    },
  );
};

describe('the landscape', () => {
  it('at the teacher is that of an isolated minimum: nothing leads down, nothing is flat', async () => {
    const { lowest, index, flat, toward } = await landscapeAt(units(0, 1));
    expect(lowest).toBeGreaterThan(0);
    expect([index, flat, toward]).toEqual([0, 0, null]);
  });

  it('at a student with a duplicate is flat along what two units share: one amplitude, and both turning apart', async () => {
    const { index, flat, lowest, highest } = await landscapeAt(units(0, 0, 1));
    expect(index).toBe(0);
    expect(flat).toBeGreaterThanOrEqual(1);
    expect(Math.abs(lowest)).toBeLessThan(1e-10 * highest);
    // Amplitude may go from one copy to the other, and each of 2(d − 1) directions may be turned to by one and from by the other.
    expect(flat).toBe(1 + 2 * (kind.inputDim - 1));
  });

  it('once one expert is found is that of a saddle that points to the one that is missing', async () => {
    const student = createStudent({ ...kind, experts: 4, amplitude: 1e-3, seed: 3 });
    const found: { at: number[]; toward: number | undefined; index: number | null }[] = [];
    const stepper = integrate(balancedFlow, objective, bogackiShampine({ rtol: 1e-4, maxStep: 1 }));
    await finish(
      run(stepper, { start: student, until: { time: 60 }, record: { teacher, everyTime: 2 } }),
      async ({ state, alignment }) => {
        const { toward, index } = await landscapeAt(state.model);
        found.push({ at: alignment!.expert, toward: toward?.teacherExpert, index });
      },
    );
    const between = found.filter(({ at }) => at.filter((overlap) => overlap > 0.99).length === 1);
    expect(between.length).toBeGreaterThan(1);
    for (const { at, toward, index } of between) {
      expect(index).toBeGreaterThan(0);
      expect(toward).toBe(at.findIndex((overlap) => overlap <= 0.99) + 1);
    }
  });

  it('counts nothing where the spectrum is not computed whole', async () => {
    const at = await curvature(units(0, 0, 1));
    const { index, flat, highest } = complete(landscapeSteps(at, teacher, { denseLimit: 10 }));
    expect([index, flat]).toEqual([null, null]);
    expect(highest).toBeCloseTo((await landscapeAt(units(0, 0, 1))).highest, 6);
  });
});
