import type { MoE } from '@softmoe/model';
import { createStudent, createTeacher } from '@softmoe/teacher';

const kind = { inputDim: 6, gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 } } as const;

export function smallTeacher(): MoE {
  return createTeacher({ ...kind, experts: 2, geometry: { kind: 'orthonormal' }, seed: 0 });
}

export function smallStudent(): MoE {
  return createStudent({ ...kind, experts: 4, amplitude: 0.5, seed: 0 });
}
