import { drawFigure, type Figure } from '@softmoe/figures';
import { parseHTML } from 'linkedom';
import type { ReportBlock, ReportDocument, ReportSection } from './document.ts';
import { styles } from './styles.ts';

/** From this many sections on a report begins with a table of contents. */
const LONG = 4;

/** Tables of more columns than that are printed on pages that lie on their side. */
const MANY = 9;

/** Of the drawing that a phone shows in place of the wide one, in pixels. */
const NARROW = 372;

/**
 * A report as one HTML file that needs nothing else: no network, no script. Light and dark as the reader prefers, for wide
 * screens, phones and paper. All text is escaped; `code` between backticks is set as code.
 */
export function renderReport({ title, lead, sections }: ReportDocument): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="softmoe">
<title>${escapeHtml(title)}</title>
<style>${styles}</style>
</head>
<body>
<header>
<p class="kicker">softmoe report</p>
<h1>${escapeHtml(title)}</h1>
<div class="lead">${lead.map(paragraph).join('\n')}</div>
${sections.length < LONG ? '' : contents(sections)}
</header>
<main>
${sections.map(sectionHtml).join('\n')}
</main>
<footer>Made by softmoe from the numbers of the run alone. Figures are also in the folder <code>figures</code>, as SVG files.</footer>
</body>
</html>
`;
}

function contents(sections: readonly ReportSection[]): string {
  const items = sections.map(
    (section) =>
      `<li><a href="#${escapeHtml(section.id)}">${escapeHtml(section.heading)}</a>${badge(section)}</li>`,
  );
  return `<nav aria-label="Contents"><ol>\n${items.join('\n')}\n</ol></nav>`;
}

function sectionHtml(section: ReportSection): string {
  const id = escapeHtml(section.id);
  return `<section id="${id}" aria-labelledby="${id}-heading">
<div class="heading"><h2 id="${id}-heading">${escapeHtml(section.heading)}</h2>${badge(section)}</div>
${section.blocks.map(blockHtml).join('\n')}
</section>`;
}

const SYMBOLS = { good: '✓', bad: '✗', open: '?' } as const;

function badge({ verdict }: ReportSection): string {
  if (!verdict) return '';
  const { word, tone } = verdict;
  return `<span class="badge ${tone}"><span aria-hidden="true">${SYMBOLS[tone]}</span>${escapeHtml(word)}</span>`;
}

function blockHtml(block: ReportBlock): string {
  switch (block.kind) {
    case 'text':
      return paragraph(block.text);
    case 'figure':
      return figureHtml(block.figure);
    case 'table':
      return tableHtml(block);
    case 'code':
      return `<pre tabindex="0" role="region" aria-label="${escapeHtml(block.language)}"><code>${escapeHtml(block.text)}</code></pre>`;
  }
}

function paragraph(text: string): string {
  return `<p>${inlineHtml(text)}</p>`;
}

function figureHtml(figure: Figure): string {
  const narrow = { ...figure, options: figure.narrow ?? figure.options };
  return `<figure class="drawing">
<div class="wide">${inlineSvg(figure)}</div>
<div class="narrow">${inlineSvg(narrow, NARROW)}</div>
<figcaption><strong>${escapeHtml(figure.title)}.</strong> ${inlineHtml(figure.caption)}</figcaption>
</figure>`;
}

function tableHtml({ caption, columns, rows }: ReportBlock & { kind: 'table' }): string {
  const numeric = columns.map((_, c) => rows.every((row) => isNumeric(row[c] ?? '')));
  const kind = (c: number) => (numeric[c] ? ' class="number"' : '');
  const head = columns.map((name, c) => `<th scope="col"${kind(c)}>${inlineHtml(name)}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((text, c) =>
      c === 0
        ? `<th scope="row"${kind(c)}>${inlineHtml(text)}</th>`
        : `<td${kind(c)}>${inlineHtml(text)}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  const label = escapeHtml(caption ?? columns.join(', '));
  return `<figure class="table${columns.length > MANY ? ' many' : ''}">
${caption === undefined ? '' : `<figcaption>${inlineHtml(caption)}</figcaption>`}
<div role="region" tabindex="0" aria-label="${label}"><table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table></div>
</figure>`;
}

const NUMBER = /^[−+×<≤≥-]?\s?\d[\d.,\s–−+±·×%/()[\]⁰¹²³⁴-⁹⁻-]*( of \d+)?( s)?$/;

/** A number with its sign, power of ten, unit or interval, or the dash that stands for none. */
function isNumeric(text: string): boolean {
  return /^[–—]?$/.test(text) || NUMBER.test(text);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` as HTML that shows it, whatever it holds; also within a quoted attribute. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** `text` as HTML that shows it, with what is between backticks as code. */
function inlineHtml(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** A figure as the text of an SVG file that stands alone: fixed colours, styles within, a title and a description. */
export function renderSvg(figure: Figure): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${drawFigure(figure, { document }).outerHTML}\n`;
}

/** A figure as an SVG element for a page, whose CSS variables give its colours. */
function inlineSvg(figure: Figure, width?: number): string {
  const size = width === undefined ? {} : { width };
  return drawFigure(figure, { document, colors: 'page', ...size }).outerHTML;
}
