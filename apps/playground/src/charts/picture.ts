/** What a picture of a figure does without. */
const LEFT_OUT = 'button:not([popovertarget]), .save, details, [popover], .visually-hidden';

/**
 * A figure as it is on the screen, without its buttons, as a PNG of at least twice the screen's resolution: a copy with
 * all styles and fonts inside it, drawn by the browser through an SVG image, which sees nothing of the page around it.
 */
export async function pictureOf(figure: HTMLElement): Promise<Blob | null> {
  const { width, top } = figure.getBoundingClientRect();
  const bottom = Math.max(...[...figure.children].map((e) => e.getBoundingClientRect().bottom));
  const height = bottom - top + Number.parseFloat(getComputedStyle(figure).paddingBottom) + 1;
  const copy = copyOf(figure) as HTMLElement;
  copy.style.height = `${height}px`;
  copy.style.outline = 'none';
  const content = new XMLSerializer().serializeToString(copy);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<style>${await fontFaces()}</style>` +
    `<foreignObject width="100%" height="100%">${content}</foreignObject></svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.max(2, devicePixelRatio);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(scale * width);
  canvas.height = Math.round(scale * height);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** A copy of an element that carries its styles; what the user chose or a program drew becomes plain content. */
function copyOf(element: Element): Element {
  const copy = plain(element) as HTMLElement | SVGElement;
  const styles = getComputedStyle(element);
  const text = [...styles].map((name) => `${name}:${styles.getPropertyValue(name)}`).join(';');
  copy.style.cssText = text;
  if (element instanceof HTMLSelectElement) {
    // Only what was chosen, as text.
    copy.style.cssText += ';border:0;padding:0;width:auto;font-weight:600';
    copy.textContent = element.selectedOptions[0]?.textContent ?? '';
    return copy;
  }
  for (const child of element.childNodes) {
    if (child instanceof Text) copy.append(child.data);
    else if (child instanceof Element && !child.matches(LEFT_OUT)) copy.append(copyOf(child));
  }
  return copy;
}

function plain(element: Element): Element {
  if (element instanceof HTMLCanvasElement) {
    const image = new Image();
    image.src = element.toDataURL();
    return image;
  }
  if (element instanceof HTMLSelectElement || element instanceof HTMLButtonElement) {
    return document.createElement('span');
  }
  const copy = element.cloneNode(false) as Element;
  if (element instanceof HTMLInputElement) copy.setAttribute('value', element.value);
  return copy;
}

/** The page's font faces with their files inside them. */
async function fontFaces(): Promise<string> {
  const faces = [...document.styleSheets].flatMap(({ cssRules, href }) =>
    [...cssRules]
      .filter((rule) => rule instanceof CSSFontFaceRule)
      .map((rule) => embedded(rule.cssText, href ?? document.baseURI)),
  );
  return (await Promise.all(faces)).join('\n');
}

async function embedded(face: string, base: string): Promise<string> {
  const path = /url\("?([^")]+)"?\)/.exec(face)?.[1];
  if (path === undefined) return face;
  const file = await (await fetch(new URL(path, base))).blob();
  const data = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return face.replace(path, String(data));
}
