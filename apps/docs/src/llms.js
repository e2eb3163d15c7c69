/**
 * llms.txt: what the site is and where its pages are as Markdown, for programs that read. `texts` by path, as `theory.md`.
 */
export function llmsOf(sidebar, texts) {
  const sections = sidebar
    .filter(({ items }) => items)
    .map(({ text, items }) => {
      const lines = items.map(({ text: title, link }) => {
        const route = link.slice(1);
        const path = route === '' || route.endsWith('/') ? `${route}index.md` : `${route}.md`;
        const about = firstSentence(texts.get(path));
        return `- [${title}](/${path})${about === '' ? '' : `: ${about}`}`;
      });
      return `## ${text}\n\n${lines.join('\n')}`;
    });
  return `# softmoe

> Train, understand and compress soft-routed mixtures of experts, exactly: packages in TypeScript, a command and a playground.

${sections.join('\n\n')}
`;
}

/** The first sentence of a page's first paragraph, without its links. */
function firstSentence(text = '') {
  const paragraph = text
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .find((part) => part !== '' && !/^(?:#|```|\||<|!\[|\$|- )/.test(part));
  const plain = (paragraph ?? '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/\s+/g, ' ');
  return /^.*?[.:](?= |$)/.exec(plain)?.[0].replace(/:$/, '.') ?? plain;
}
