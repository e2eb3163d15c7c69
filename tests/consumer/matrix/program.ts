import { format } from 'node:util';
import { expectSameOutput } from '../src/output.ts';
import type { Row } from './row.ts';

/** What every program ends with, when it has done all its work. */
const DONE = JSON.stringify({ done: true });

/** Sends what is printed as data, since every engine and browser prints arrays in a way of its own. */
const PRELUDE = `
const $send = globalThis.softmoeSend ?? (typeof DedicatedWorkerGlobalScope === 'function' ? (line) => postMessage(line) : console.log.bind(console));
const $data = (value) =>
  ArrayBuffer.isView(value) ? { typed: value.constructor.name, values: [...value] }
  : Array.isArray(value) ? { list: value.map($data) }
  : { value };
console.log = (...values) => $send(JSON.stringify({ log: values.map($data) }));
`;

/** Programs that do a package's work: each imports every entry point, and runs an example of the README as it stands. */
export function programsOf({ examples, entries }: Row): string[] {
  const imports = entries.map((entry, i) => `import * as $entry${i} from '${entry}';\n`).join('');
  const all = entries.map((_, i) => `$entry${i}`).join(', ');
  const check = `for (const $entry of [${all}]) if (Object.keys($entry).length === 0) throw new Error('an entry point exports nothing');\n`;
  const works = examples.length > 0 ? examples : [''];
  return works.map((work) => `${imports}${PRELUDE}${check}${work}\n$send('${DONE}');\n`);
}

/** Examples as strict TypeScript, each with every entry point. */
export function typedProgramsOf({ examples, entries }: Row): string[] {
  const imports = entries.map((entry, i) => `import * as $entry${i} from '${entry}';\n`).join('');
  const uses = entries.map((_, i) => `void $entry${i};\n`).join('');
  return (examples.length > 0 ? examples : ['']).map((work) => `${imports}${work}\n${uses}`);
}

/** A program as a CommonJS module, by `require`. */
export function asCommonJs(program: string): string {
  const named = (names: string) => names.replaceAll(' as ', ': ');
  const body = program
    .replace(/^import \* as (\S+) from ('[^']+');/gm, 'const $1 = require($2);')
    .replace(
      /^import (\{[^}]+\}) from ('[^']+');/gm,
      (_, names: string, from: string) => `const ${named(names)} = require(${from});`,
    )
    .replace(/^import (\w+) from ('[^']+');/gm, 'const { default: $1 } = require($2);')
    .replaceAll('import.meta.url', "require('node:url').pathToFileURL(__filename)");
  return `(async () => {\n${body}\n})().catch((error) => { console.error(error); process.exitCode = 1; });\n`;
}

/** Fails unless the lines that a program has sent say what the README says, and that it came to its end. */
export function expectWorkDone(lines: readonly string[], printed: string): void {
  const sent = lines.flatMap((line) => (line.startsWith('{"') ? [JSON.parse(line)] : []));
  const texts = sent.flatMap(({ log }) => (log ? [format(...log.map(asValue))] : []));
  if (!sent.some(({ done }) => done)) throw new Error(`ended early, after: ${lines.join('\n')}`);
  // Where there is relaxed SIMD, an example that takes what there is says so.
  const output = texts.join('\n').replaceAll(' relaxed ', ' simd ');
  // What certify measures on a run's way, whose rounding is that of the engine's exponentials, has seven digits alike.
  expectSameOutput(output.trim(), printed.trim(), 1e-7);
}

type Sent =
  | { readonly typed: string; readonly values: readonly number[] }
  | { readonly list: readonly Sent[] }
  | { readonly value?: unknown };

function asValue(sent: Sent): unknown {
  if ('typed' in sent) return Float64Array.from(sent.values);
  return 'list' in sent ? sent.list.map(asValue) : sent.value;
}
