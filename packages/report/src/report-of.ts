import { DEFINITION, fileNames, folderKind, readSweep } from '@softmoe/runs';
import { dataReport } from './data-report.ts';
import { type ReportDocument, ReportError } from './document.ts';
import { runReport } from './run-report.ts';
import { sweepReport } from './sweep-report.ts';

/**
 * The report of a folder, of a run or of a sweep. Throws {@link ReportError} for what is neither, and what reading it throws.
 */
export async function reportOf(path: string): Promise<ReportDocument> {
  const kind = await folderKind(path);
  if (kind === 'sweep') return sweepReport(await readSweep(path));
  if (kind === 'run') return runReport(path);
  if (kind === 'data') return dataReport(path);
  throw new ReportError(kind === 'nothing' ? 'is not there' : 'is neither a run nor a sweep', {
    field: 'folder',
    value: path,
    remedy: `Give a folder that softmoe run --out or softmoe sweep made: it has a ${fileNames.config} or a ${DEFINITION}.`,
  });
}
