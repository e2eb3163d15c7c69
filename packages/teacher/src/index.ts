export {
  type BatchOptions,
  batchOf,
  createDataset,
  type DatasetOptions,
  sampleBatch,
} from './dataset.ts';
export { orthonormalRows, randomDirections } from './directions.ts';
export type { GatingOptions } from './gating.ts';
export { type Identifiability, identifiability } from './identifiability.ts';
export { permutation, type ShuffleKey } from './shuffle.ts';
export {
  BLOCK_ROWS,
  type BlockKey,
  blockWords,
  noiseNormals,
  normals,
  PANEL_COLUMNS,
  scalarNormals,
} from './stream.ts';
export { createStudent, type StudentOptions } from './students.ts';
export {
  createTeacher,
  type Geometry,
  geometryKinds,
  type TeacherOptions,
} from './teachers.ts';
