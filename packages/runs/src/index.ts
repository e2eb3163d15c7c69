export { thisMachine } from './experiment-machine.ts';
export { type ExperimentServices, experimentServices } from './experiment-services.ts';
export { EXPERIMENT, type ExperimentFunction } from './experiment-task.ts';
export { exportRun } from './export-run.ts';
export { DEFINITION, type FolderKind, folderKind } from './folder-kind.ts';
export { type RunFiles, readIfThere, type WrittenFiles } from './read-file.ts';
export { findRuns, type Run, readModel, readRecords, readRun } from './read-run.ts';
export { fileNames, RunFolderError, shellWord } from './run-files.ts';
export { createRunFolder, type RunFolder, resumeRunFolder } from './run-folder.ts';
export { isCertified, type SweepCell, sweepCells } from './sweep/cells.ts';
export {
  exampleSweep,
  type SweepDefinition,
  SweepError,
  sweepJsonSchema,
} from './sweep/definition.ts';
export { flatten, getField } from './sweep/fields.ts';
export { requireJobsFit } from './sweep/memory.ts';
export { exportSweep, resultFiles, resultRow, writeResults } from './sweep/results-table.ts';
export { inShard, parseShard, type Shard } from './sweep/shard.ts';
export {
  describeValues,
  formatValue,
  parseSweep,
  type Sweep,
  type SweepRun,
} from './sweep/sweep.ts';
export {
  mergeSweeps,
  openSweepFolder,
  readDefinition,
  readSweep,
  type SweepRecord,
  type SweepResults,
} from './sweep/sweep-folder.ts';
export { experimentKinds, referenceServices } from './worker.ts';
