/** Numbers of the equations of a text, in order: those of its tags. */
export function equationsOf(theory) {
  return [...theory.matchAll(/\\tag\{(\d+)\}/g)].map(([, number]) => Number(number));
}

const LINK = /\[[^\]]*\]\([^)]*\)/;

/** What a number in parentheses is no reference in, beside links: mathematics, code, HTML. */
const OPAQUE = /\$\$[\s\S]*?\$\$|\$[^$]+\$|```[\s\S]*?```|`[^`]*`|<[^>]*>/;
const REFERENCE = new RegExp(`(${OPAQUE.source}|${LINK.source})|(?<![\\w)])\\((\\d{1,2})\\)`, 'g');

/** Markdown of the theory, where each number of an equation in parentheses, as in (7), becomes a link to it. */
export function linkReferences(text, equations, page = '') {
  return text.replace(REFERENCE, (whole, opaque, number) =>
    opaque === undefined && equations.includes(Number(number))
      ? `[(${number})](${page}#eq-${number})`
      : whole,
  );
}

const CITATION = new RegExp(`(${LINK.source})|docs/theory\\.md`, 'g');

/**
 * Text of a docstring or of another page: from where it first names docs/theory.md, that and the numbers of equations become
 * links to that page of the site, but in links; without such a citation it is left alone.
 */
export function linkCitations(text, equations) {
  const start = text.search(/\[[^\]]*docs\/theory\.md[^\]]*\]\(|docs\/theory\.md/);
  if (start < 0) return text;
  const rest = linkReferences(text.slice(start), equations, '/theory');
  return text.slice(0, start) + rest.replace(CITATION, (_, link) => link ?? '[theory](/theory)');
}
