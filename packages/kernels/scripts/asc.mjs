import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const float32 = new URL('../assembly/index.ts', import.meta.url);
const float64 = new URL('../assembly/population/index.ts', import.meta.url);
const leastSquares = new URL('../assembly/least-squares/index.ts', import.meta.url);

/** All binaries by name, two of them from one source: what each is built with, and from what. */
export const binaries = {
  simd: { variant: 'simd', entry: float32 },
  relaxed: { variant: 'relaxed', entry: float32 },
  population: { variant: 'simd', entry: float64 },
  'least-squares': { variant: 'simd', entry: leastSquares },
};

const features = {
  simd: ['--enable', 'simd'],
  relaxed: ['--enable', 'simd', '--enable', 'relaxed-simd'],
};

/** Options for all binaries: memory and workspace come from the caller, nothing is allocated and nothing can throw. */
const common = [
  '-O3',
  '--noAssert',
  ...['--runtime', 'stub'],
  '--importMemory',
  '--noExportMemory',
  ...['--use', 'abort='],
];

/**
 * Compiles an AssemblyScript file of this package, by default the float32 kernels.
 * @param {'simd' | 'relaxed'} variant
 * @param {URL} entry
 * @returns {Promise<Uint8Array>}
 */
export async function compile(variant, entry = float32) {
  const baseDir = fileURLToPath(new URL('..', import.meta.url));
  const file = entry.href.slice(new URL('..', import.meta.url).href.length);
  const args = [file, '--baseDir', baseDir, '--outFile', 'kernels.wasm', ...common];
  let binary;
  const { error, stderr } = await asc.main([...args, ...features[variant]], {
    writeFile(_name, contents) {
      binary = contents;
    },
  });
  const messages = stderr.toString();
  if (error || messages !== '' || !binary) {
    throw new Error(`asc could not build ${file} (${variant}): ${error ?? ''}\n${messages}`);
  }
  return binary;
}

/**
 * The source of the module that holds a binary, as Biome would format it.
 * @param {Uint8Array} binary
 * @returns {string}
 */
export function moduleOf(binary) {
  const base64 = Buffer.from(binary).toString('base64');
  return `// Built from assembly/ by scripts/build-binaries.mjs.\nexport const base64: string =\n  '${base64}';\n`;
}
