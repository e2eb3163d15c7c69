import { toBlob } from 'html-to-image';

/** A figure as it is on the screen, without its buttons, at twice the screen's resolution; a PNG. */
export function pictureOf(figure: HTMLElement): Promise<Blob | null> {
  return toBlob(figure, {
    pixelRatio: Math.max(2, devicePixelRatio),
    preferredFontFormat: 'woff2',
    filter: (node) => !(node instanceof HTMLElement && node.matches('button, .save')),
  });
}
