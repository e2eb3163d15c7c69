import { tex } from '@mdit/plugin-tex';
import temml from 'temml';
import type { MarkdownRenderer } from 'vitepress';

const TAG = /\s*\\tag\{(\d+)\}\s*$/;

/**
 * Formulas between dollar signs become MathML when the site is built. A displayed one may be wider than a phone: it scrolls,
 * and the keyboard reaches it. The number of an equation stands beside it and links to itself, as `#eq-7`.
 */
export function mathematics(markdown: MarkdownRenderer): void {
  // Two packages of types for one markdown-it.
  tex(markdown as unknown as Parameters<typeof tex>[0], {
    render(source, displayed) {
      const number = displayed ? TAG.exec(source)?.[1] : undefined;
      const formula = temml.renderToString(source.replace(TAG, ''), {
        displayMode: displayed,
        throwOnError: true,
        wrap: 'tex',
      });
      if (!displayed) return `<span v-pre>${formula}</span>`;
      const label = number === undefined ? 'A formula' : `Equation ${number}`;
      const box = `<div class="scroll" tabindex="0" role="group" aria-label="${label}">${formula}</div>`;
      const link = `<a class="number" href="#eq-${number}" aria-label="Link to equation ${number}">(${number})</a>`;
      return `<div v-pre class="equation">${box}${number === undefined ? '' : link}</div>\n`;
    },
  });
}

/** What Markdown cannot say of tables and indented code: an empty corner is no heading, and what scrolls takes the keyboard. */
export function access(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('empty-headings', ({ tokens }) => {
    for (const [i, token] of tokens.entries()) {
      if (token.type !== 'th_open' || tokens[i + 1]?.content !== '') continue;
      token.tag = 'td';
      const close = tokens[i + 2];
      if (close) close.tag = 'td';
    }
  });
  markdown.renderer.rules.code_block = (tokens, i) =>
    `<pre v-pre class="plain" tabindex="0"><code>${markdown.utils.escapeHtml(tokens[i]?.content ?? '')}</code></pre>\n`;
}
