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
  const backend = config.engine !== 'exact';
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
