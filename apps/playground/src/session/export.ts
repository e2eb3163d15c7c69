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

/** What a backend of the page is imported from and made by, by kernel variant. */
function backendCode(
  kernel: string | undefined,
): readonly [name: string, from: string, made: string] {
  if (kernel === undefined || kernel === 'float64') {
    return ['createReferenceBackend', '@softmoe/backend', 'createReferenceBackend()'];
  }
  const made = `await createKernelsBackend({ variant: '${kernel}' })`;
  return ['createKernelsBackend', '@softmoe/backend-tfjs/kernels', made];
}

/** A module that runs the same experiment with the packages, on the kernel variant that the page used. */
export function asCode(config: Config, kernel: string | undefined): string {
  const [name, from, made] = backendCode(kernel);
  const sampled = config.engine !== 'exact';
  const packages = ['@softmoe/lab', ...(sampled ? [from.replace('/kernels', '')] : [])];
  return `// npm install ${packages.join(' ')}
${sampled ? `import { ${name} } from '${from}';\n` : ''}import { runPipeline } from '@softmoe/lab';

const result = await runPipeline(
  ${JSON.stringify(config, null, 2).replaceAll('\n', '\n  ')},${sampled ? `\n  { backend: ${made} },` : ''}
);
console.log(\`\${result.recovered} of \${result.teachers} teacher experts recovered\`);
console.log(\`\${result.survivors} units left, parameter error \${result.parameterError}\`);
console.log(\`certificate: \${result.certificate.verdict}\`);
`;
}
