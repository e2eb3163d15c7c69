export { recordLine } from '../record-line.ts';
export { RunFolderError } from './errors.ts';
export { findRuns, type Run, readModel, readRun } from './read-run.ts';
export type { ReportBlock, ReportDocument, ReportSection } from './report/document.ts';
export { ReportError } from './report/errors.ts';
export { renderReport } from './report/render-report.ts';
export { renderSvg } from './report/render-svg.ts';
export { type WrittenReport, writeReport } from './report/write-report.ts';
export { createRunFolder, type RunFolder, resumeRunFolder } from './run-folder.ts';
