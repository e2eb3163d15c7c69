import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown';

const REPOSITORY = 'https://github.com/softmoe/softmoe/blob/main';

/**
 * How an exported name is written: the signature with its types, each a link, then its docstring and where it is defined. What
 * parameters are is said in the docstring: a list of their types would only repeat the signature. A schema of zod is one by its
 * name: what it checks is the type that it is read into.
 */
class Context extends MarkdownThemeContext {
  constructor(...arguments_) {
    super(...arguments_);
    const { referenceType } = this.partials;
    this.partials = {
      ...this.partials,
      referenceType: (type) => (/^Zod/.test(type.name) ? `\`${type.name}\`` : referenceType(type)),
      signatureReturns: () => '',
      sources: ({ sources: [source] = [] }) =>
        source
          ? `<small>[${source.fileName}:${source.line}](${REPOSITORY}/${source.fileName}#L${source.line})</small>`
          : '',
    };
  }
}

export class ApiTheme extends MarkdownTheme {
  getRenderContext(page) {
    return new Context(this, page, this.application.options);
  }
}
