import { writeFile } from 'node:fs/promises';
import { toSpan } from '@softmoe/model';
import { projectTangent } from '@softmoe/model/linalg';
import { pairExpectations, populationObjective } from '@softmoe/population';
import { createStudent, createTeacher } from '@softmoe/teacher';
import { kernelTable } from '../../../packages/population/dist/pair-groups.js';

export const sizes = [
  { k: 5, m: 25 },
  { k: 10, m: 50 },
  { k: 20, m: 100 },
  { k: 40, m: 200 },
];

/** The start of the canonical experiment (d = 1000) at another size, in span coordinates, with amplitudes of a half. */
export async function problemOf({ k, m }) {
  const kind = {
    inputDim: 1000,
    gate: 'sigmoid',
    expert: { kind: 'hermite', degree: 3 },
    seed: 0,
  };
  const full = createTeacher({ ...kind, experts: k, geometry: { kind: 'orthonormal' } });
  const { student, teacher } = toSpan(createStudent({ ...kind, experts: m, amplitude: 0.5 }), full);
  const d = student.spec.inputDim;
  const javascript = populationObjective(teacher, { variant: 'float64' });
  const simd = populationObjective(teacher, { variant: 'float64-simd' });
  return {
    javascript: () => javascript.evaluate(student),
    simd: () => simd.evaluate(student),
    /** The Riemannian gradient of a Euclidean one in lists of numbers. */
    project({ router, expert, amplitude }) {
      const gradient = { router: [m, d], expert: [m, d], amplitude: [m] };
      const lists = { router, expert, amplitude };
      const arrays = Object.entries(gradient).map(([name, shape]) => [
        name,
        { shape, data: Float64Array.from(lists[name]) },
      ]);
      return projectTangent(student, Object.fromEntries(arrays));
    },
    write: (file) => write(file, student, teacher),
  };
}

/** A JSON file with the series of the moments, and the numbers beside it: rows of V, V*, W, W*, then a and a*. */
async function write(file, student, teacher) {
  const { inputDim: d, experts: m } = student.spec;
  const arrays = [
    ...['router', 'expert', 'amplitude'].flatMap((name) => [
      student.params[name].data,
      teacher.params[name].data,
    ]),
  ];
  const numbers = `${file}.f64`;
  await writeFile(
    numbers,
    Buffer.concat(arrays.map((x) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength))),
  );
  const a = teacher.params.amplitude.data;
  const pairs = pairExpectations(teacher, teacher).data;
  let constant = 0;
  pairs.forEach((x, i) => {
    constant += 0.5 * a[Math.floor(i / a.length)] * a[i % a.length] * x;
  });
  const series = kernelTable(student.spec, teacher.spec, 1).series.map(
    ({ r, s, terms, needed }) => ({
      r,
      s,
      terms: [...terms],
      needed: [...needed],
    }),
  );
  const problem = { m, k: a.length, d, constant, numbers, series };
  await writeFile(file, JSON.stringify(problem));
}
