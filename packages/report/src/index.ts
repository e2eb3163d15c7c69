export {
  type ReportBlock,
  type ReportDocument,
  ReportError,
  type ReportSection,
} from './document.ts';
export { renderReport, renderSvg } from './render-report.ts';
export { reportOf } from './report-of.ts';
export { runReport } from './run-report.ts';
export { sweepReport } from './sweep-report.ts';
export { type WrittenReport, writeReport } from './write-report.ts';
