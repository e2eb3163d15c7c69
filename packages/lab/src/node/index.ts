export { recordLine } from '../record-line.ts';
export { RunFolderError } from './errors.ts';
export { findRuns, type Run, readModel, readRun } from './read-run.ts';
export { createRunFolder, type RunFolder, resumeRunFolder } from './run-folder.ts';
