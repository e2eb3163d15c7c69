export { proofCost } from '@softmoe/certify';
export { bestVariant, type PopulationVariant } from '@softmoe/population';
export type { Alignment } from '@softmoe/train';
export { configWarnings } from './advice.ts';
export { type Barriers, barriersBetween } from './barriers.ts';
export {
  type CertifiedModels,
  type CertifyModelsOptions,
  certifyModels,
} from './certify-models.ts';
export { type Fall, fallsOf, steepest } from './cliff.ts';
export {
  type Config,
  type ConfigInput,
  configJsonSchema,
  configSchema,
  describedBy,
  isDataConfig,
  newConfig,
  parseConfig,
} from './config.ts';
export {
  type Course,
  courseOf,
  isOnline,
  lastStage,
  milestonesOf,
  recordOfLine,
  type TuneRecord,
} from './course.ts';
export type { DataSizeRule, SizePoint } from './data/choose-size.ts';
export type { Contender } from './data/comparison.ts';
export { type DataConfig, dataConfigJsonSchema, parseDataConfig } from './data/data-config.ts';
export {
  type DataEvaluation,
  type DataResult,
  type DataRun,
  dataResultFormat,
  datasetOf,
  evaluateData,
  pinnedData,
  predictData,
  runData,
} from './data/data-run.ts';
export {
  type DatasetFit,
  type FitOptions,
  type FitProgress,
  fitDataset,
} from './data/fit-dataset.ts';
export type { EndedFit, FitJournal, JournaledWatch } from './data/fit-journal.ts';
export { type ErrorOn, errorOn, type FitRecord, type FitWatch } from './data/validated-fit.ts';
export { ConfigError, PhaseError, SnapshotError } from './errors.ts';
export { type Evaluation, type EvaluationOptions, evaluate } from './evaluate.ts';
export {
  createExperiment,
  type Experiment,
  type ExperimentOptions,
  restoreExperiment,
} from './experiment.ts';
export {
  ALIGNED,
  type AlignmentOrder,
  isCoarse,
  lagsOf,
  type MetPair,
  type Milestones,
  meanLag,
  metPairs,
  orderOf,
} from './milestones.ts';
export {
  type CodeConfig,
  configWithParts,
  gateFields,
  gateName,
  hasClosedForm,
  hasMean,
  unitsOf,
} from './own-parts.ts';
export { configWithTeacher } from './own-teacher.ts';
export { type AlignedPair, PairTracker, type PairTrackerState } from './pair-tracker.ts';
export type { ExperimentEvent } from './phases.ts';
export { type PipelineOptions, resumePipeline, runExperiment, runPipeline } from './pipeline.ts';
export {
  type Preset,
  type PresetName,
  presetAround,
  presetConfig,
  presetNames,
  presets,
  withSpanSampling,
} from './presets.ts';
export { type PlacedRecord, recordLine } from './record-line.ts';
export { type FinetuneStage, type RecordLine, recordFormat } from './record-schema.ts';
export { type ExperimentResult, RECOVERED, summaryOf } from './result.ts';
export { type Advice, resultFormat, type Summary, type Warning } from './result-schema.ts';
export {
  estimateSize,
  type PhaseSize,
  type SizeEstimate,
  type SizeOptions,
} from './size-estimate.ts';
export { type Machine, memoryOf, requireFits, SizeError } from './size-limits.ts';
export type { Phase, Snapshot } from './snapshot.ts';
export { InterruptedError } from './snapshot.ts';
