import { arch, platform } from 'node:process';
import { bestVariant, type PopulationVariant } from '@softmoe/lab';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { loadTfjs } from '../load-packages.ts';
import type { Streams } from '../streams.ts';
import { fit } from '../table.ts';

/** `softmoe doctor`. */
export function doctorCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  return new Command('doctor')
    .summary('what this machine can run')
    .description(
      'Starts the default backend and tells what it found: WebAssembly, SIMD, relaxed SIMD, TensorFlow.js, and how the ' +
        'fused kernels reach its memory. Where something is missing it says what to do.',
    )
    .option('--json', 'print what was found as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { capabilities } = await loadTfjs();
      const { checks, ...capable } = await capabilities();
      const variant = { sampled: capable.backend?.simd ?? null, population: bestVariant() };
      const found = {
        node: process.version,
        platform,
        arch,
        ...capable,
        variant,
        checks: [...checks, populationCheck(variant.population)],
      };
      streams.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : fit(report(found)));
      setExitCode(found.backend ? exitCodes.recovered : exitCodes.failed);
    });
}

/** Which variant of the exact loss new runs get. */
function populationCheck(variant: PopulationVariant) {
  const ok = variant === 'float64-simd';
  const how = ok
    ? 'on SIMD kernels'
    : 'in JavaScript, several times slower than with WebAssembly SIMD';
  return {
    name: 'population',
    ok,
    about: `The exact loss is computed ${how} (variant ${variant}).`,
  };
}

interface Found {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly checks: readonly { readonly ok: boolean; readonly about: string }[];
}

function report({ node, platform, arch, checks }: Found): string {
  const lines = checks.map(({ ok, about }) => `${ok ? '✔' : '✘'}  ${about}`);
  return [`Node ${node} on ${platform} ${arch}`, ...lines, ''].join('\n');
}
