/** Builders of MathML, which browsers draw themselves: each takes and gives markup. */
const tag =
  (name: string) =>
  (...parts: readonly string[]): string =>
    `<${name}>${parts.join('')}</${name}>`;

export const row = tag('mrow');
export const sub = tag('msub');
export const sup = tag('msup');
export const subsup = tag('msubsup');
export const frac = tag('mfrac');
export const under = tag('munder');
export const underover = tag('munderover');

/** Tokens apart by spaces: numbers, names of letters, and all else as operators. */
export function tokens(text: string): string {
  return row(
    ...text.split(' ').map((token) => {
      if (/^[\d½]+$/.test(token)) return tag('mn')(token);
      return tag(/^\p{L}/u.test(token) ? 'mi' : 'mo')(token);
    }),
  );
}

/** A letter with an index. */
export const at = (letter: string, index: string) => sub(tokens(letter), tokens(index));

/** What belongs to the teacher. */
export const star = (letter: string) => sup(tokens(letter), tokens('⋆'));

/** An equation that stands on a line of its own. */
export const display = (...parts: readonly string[]): string =>
  `<math display="block">${row(...parts)}</math>`;
