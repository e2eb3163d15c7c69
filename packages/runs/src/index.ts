export type { About } from './about.ts';
export { decodeInputs, type InputFile, readInputs } from './data-file.ts';
export {
  createDataRun,
  type DataRunFolder,
  type ResumedDataRun,
  resumeDataRun,
} from './data-run-folder.ts';
export { thisMachine } from './experiment-machine.ts';
export { loadModule, type ModuleTexts, type OwnModule } from './experiment-module.ts';
export { type ExperimentServices, experimentServices } from './experiment-services.ts';
export { EXPERIMENT, type ExperimentFunction } from './experiment-task.ts';
export { exportRun } from './export-run.ts';
export { type FoundRuns, findRuns } from './find-runs.ts';
export { DATA_CONFIG, DEFINITION, type FolderKind, folderKind } from './folder-kind.ts';
export {
  exportOnnx,
  type ModelFile,
  predictionTable,
  readModelAt,
  writePredictions,
} from './model-file.ts';
export { saveOnnx } from './onnx/save-onnx.ts';
export { type ConfigWithModules, readConfigModules, readParts } from './own-module.ts';
export { type KeptDataRun, readDataFolder, readDataRun } from './read-data-run.ts';
export { type RunFiles, readIfThere, type WrittenFiles } from './read-file.ts';
export { type Run, readModel, readRecords, readRun } from './read-run.ts';
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
export {
  exportSweep,
  resultFiles,
  resultRow,
  writeResults,
} from './sweep/results-table.ts';
export { inShard, parseShard, type Shard } from './sweep/shard.ts';
export {
  describeValues,
  formatValue,
  loadSweep,
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
export { exportSweepTables } from './sweep/tidy-tables.ts';
export { readColumns, readTable, type TableColumns, type TableFile } from './table-file.ts';
export { type ConfigWithTeacher, readConfigTeacher, readTeacher } from './teacher-file.ts';
export { experimentKinds, referenceServices } from './worker.ts';
