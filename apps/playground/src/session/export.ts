import type { Config } from '@softmoe/lab';

/** A file name that tells runs apart. */
export function exportName({ inputDim, teachers, students, seed }: Config, kind: string): string {
  return `softmoe-d${inputDim}-k${teachers}-m${students}-seed${seed}-${kind}`;
}

/** Hands a file to the user. */
export function download(name: string, content: Uint8Array<ArrayBuffer> | string | Blob): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A module that runs the same experiment with the packages. */
export function asCode(config: Config): string {
  const backend = config.engine === 'online';
  return `// npm install @softmoe/lab${backend ? ' @softmoe/backend' : ''}
${backend ? "import { createReferenceBackend } from '@softmoe/backend';\n" : ''}import { runPipeline } from '@softmoe/lab';

const result = await runPipeline(
  ${JSON.stringify(config, null, 2).replaceAll('\n', '\n  ')},${backend ? '\n  { backend: createReferenceBackend() },' : ''}
);
console.log(\`\${result.recovered} of \${result.teachers} teacher experts recovered\`);
console.log(\`\${result.survivors} units left, parameter error \${result.parameterError}\`);
console.log(\`certificate: \${result.certificate.verdict}\`);
`;
}

const GAP = 24;

/** The canvases below each other, as they are on the screen. */
export function pngOf(canvases: Iterable<HTMLCanvasElement>): Promise<Blob | null> {
  const shown = [...canvases]
    .map((canvas) => ({ canvas, box: canvas.getBoundingClientRect() }))
    .filter(({ box, canvas }) => box.width > 0 && canvas.width > 0);
  const scale = devicePixelRatio;
  const sheet = document.createElement('canvas');
  sheet.width = scale * (Math.max(0, ...shown.map(({ box }) => box.width)) + 2 * GAP);
  sheet.height = scale * shown.reduce((sum, { box }) => sum + box.height + GAP, GAP);
  const ctx = sheet.getContext('2d');
  if (!ctx || shown.length === 0) return Promise.resolve(null);
  ctx.scale(scale, scale);
  ctx.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--surface');
  ctx.fillRect(0, 0, sheet.width, sheet.height);
  let top = GAP;
  for (const { canvas, box } of shown) {
    ctx.drawImage(canvas, GAP, top, box.width, box.height);
    top += box.height + GAP;
  }
  return new Promise((resolve) => sheet.toBlob(resolve, 'image/png'));
}
