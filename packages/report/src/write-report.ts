import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure } from '@softmoe/figures';
import { writeWhole } from '@softmoe/tasks/files';
import { type ReportDocument, ReportError } from './document.ts';
import { renderReport, renderSvg } from './render-report.ts';

/** What was written, as paths. */
export interface WrittenReport {
  readonly html: string;
  readonly figures: readonly string[];
}

/**
 * Writes report.html into `folder`, which is made if need be, and beside it each figure as figures/NAME.svg; files of an
 * earlier report are replaced, each appearing whole or not at all. Throws {@link ReportError} for figures without a name
 * of their own that a file can have, and when the folder cannot be written.
 */
export async function writeReport(
  document: ReportDocument,
  folder: string,
): Promise<WrittenReport> {
  const drawings = figuresOf(document).map((figure) => ({
    path: join(folder, 'figures', `${figure.name}.svg`),
    svg: renderSvg(figure),
  }));
  const html = renderReport(document);
  try {
    await mkdir(join(folder, 'figures'), { recursive: true });
    for (const { path, svg } of drawings) await writeWhole(path, svg);
    const path = join(folder, 'report.html');
    await writeWhole(path, html);
    return { html: path, figures: drawings.map(({ path: drawing }) => drawing) };
  } catch (cause) {
    throw new ReportError(
      'cannot be written',
      {
        field: 'out',
        value: folder,
        remedy: `Choose a folder that can be written (${(cause as Error).message}).`,
      },
      { cause },
    );
  }
}

function figuresOf({ sections }: ReportDocument): Figure[] {
  const blocks = sections.flatMap((section) => section.blocks);
  const figures = blocks.flatMap((block) => (block.kind === 'figure' ? [block.figure] : []));
  const names = new Set<string>();
  for (const { name } of figures) {
    if (names.has(name) || !/^[\w-][\w.-]*$/.test(name)) {
      throw new ReportError(names.has(name) ? 'is used twice' : 'is no name for a file', {
        field: 'figure.name',
        value: name,
        remedy: 'Give every figure a name of its own, of letters, digits, points and dashes.',
      });
    }
    names.add(name);
  }
  return figures;
}
