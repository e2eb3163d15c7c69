import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Figure } from '@softmoe/figures';
import { ignoreMissing, writeTogether } from '@softmoe/tasks/files';
import { type ReportDocument, ReportError } from './document.ts';
import { renderReport, renderSvg } from './render-report.ts';

/** What was written, as paths. */
export interface WrittenReport {
  readonly html: string;
  readonly figures: readonly string[];
}

/**
 * Writes report.html into `folder`, which is made if need be, and beside it each figure as figures/NAME.svg; files of an
 * earlier report are replaced, each appearing whole or not at all, and figures that this one has not are removed. Throws {@link ReportError} for figures without a name
 * of their own that a file can have, and when the folder cannot be written.
 */
export async function writeReport(
  document: ReportDocument,
  folder: string,
): Promise<WrittenReport> {
  const figures = join(folder, 'figures');
  const drawings = Object.fromEntries(
    figuresOf(document).map((figure) => [`${figure.name}.svg`, renderSvg(figure)]),
  );
  const html = renderReport(document);
  try {
    await writeTogether(figures, drawings, await drawnBefore(figures));
    await writeTogether(folder, { 'report.html': html });
    return {
      html: join(folder, 'report.html'),
      figures: Object.keys(drawings).map((name) => join(figures, name)),
    };
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

/** The names of the files of a folder that {@link renderSvg} made: pictures of others in it are none of ours. */
async function drawnBefore(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
  const drawn: string[] = [];
  for (const name of names.filter((one) => one.endsWith('.svg'))) {
    const svg = await readFile(join(folder, name), 'utf8');
    if (svg.includes(`id="figure-${basename(name, '.svg')}-title"`)) drawn.push(name);
  }
  return drawn;
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
