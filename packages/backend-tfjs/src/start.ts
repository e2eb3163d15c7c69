import type * as Wasm from '@tensorflow/tfjs-backend-wasm';
import {
  engine,
  env,
  getBackend,
  KernelBackend,
  scalar,
  setBackend,
  Tensor,
  tidy,
  version_core,
} from '@tensorflow/tfjs-core';
import { registerCoreGradients } from './core-gradients.ts';
import type { TfjsBackendName, TfjsBackendOptions } from './options.ts';
import { checkVersion, NEWEST } from './versions.ts';
import { pageWasmFiles, requireWasmFile, SERVE_FILES, TfjsStartError } from './wasm-files.ts';

/** A tfjs backend that runs. */
export interface Started {
  readonly backend: KernelBackend;
  /** That backend once more where it is tfjs-backend-wasm. */
  readonly wasm?: Wasm.BackendWasm;
  /** Whether the WebAssembly of tfjs itself uses SIMD. */
  readonly simd: boolean;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Starts a tfjs backend and makes it the current one. Starts one after the other, because tfjs gives up the first of two
 * that overlap. Throws a {@link TfjsStartError} that says what is missing and what to do.
 */
export function startTfjs(
  name: TfjsBackendName,
  options: TfjsBackendOptions = {},
): Promise<Started> {
  const started = last.then(() => (name === 'wasm' ? startWasm(options) : startCpu()));
  last = started.catch(() => undefined);
  return started;
}

async function startWasm({ wasmPaths }: TfjsBackendOptions): Promise<Started> {
  const packageName = '@tensorflow/tfjs-backend-wasm';
  checkVersion('@tensorflow/tfjs-core', version_core);
  if (typeof WebAssembly !== 'object') throw noWebAssembly();
  const module = await import('@tensorflow/tfjs-backend-wasm').catch((cause: unknown) => {
    throw notInstalled(packageName, cause);
  });
  checkVersion(packageName, module.version_wasm, version_core);
  checkOneCore(packageName, module.BackendWasm.prototype);
  if (!startedBackend('wasm')) {
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    const inNode = env().getBool('IS_NODE');
    const paths = wasmPaths ?? (inNode ? undefined : pageWasmFiles());
    if (paths !== undefined && !inNode) {
      await requireWasmFile(paths, Boolean(await env().getAsync('WASM_HAS_SIMD_SUPPORT')));
    }
    if (paths !== undefined) setPaths(module, paths);
  }
  const backend = await start('wasm', packageName);
  const simd = Boolean(await env().getAsync('WASM_HAS_SIMD_SUPPORT'));
  return backend instanceof module.BackendWasm
    ? { backend, wasm: backend, simd }
    : { backend, simd };
}

async function startCpu(): Promise<Started> {
  const packageName = '@tensorflow/tfjs-backend-cpu';
  checkVersion('@tensorflow/tfjs-core', version_core);
  const module = await import('@tensorflow/tfjs-backend-cpu').catch((cause: unknown) => {
    throw notInstalled(packageName, cause);
  });
  checkVersion(packageName, module.version_cpu, version_core);
  checkOneCore(packageName, module.MathBackendCPU.prototype);
  return { backend: await start('cpu', packageName), simd: false };
}

async function start(name: TfjsBackendName, packageName: string): Promise<KernelBackend> {
  let cause: unknown;
  const ok = await setBackend(name).catch((error: unknown) => {
    cause = error;
    return false;
  });
  const backend = startedBackend(name);
  if (!ok || !backend) throw notStarted(name, cause);
  checkOneCore(packageName, backend);
  registerCoreGradients();
  // On its first use in Node the cpu backend would print a page of advice to install tfjs-node, which is no help here.
  if (name === 'cpu') Reflect.set(backend, 'firstUse', false);
  const own = tidy(() => scalar(0).constructor === Tensor);
  if (!own) throw twoCores('@tensorflow/tfjs-core', 'an engine of another copy of tfjs-core');
  return backend;
}

/** Throws unless `backend` was made with the copy of tfjs-core that this package imports. */
export function checkOneCore(
  packageName: string,
  backend: object,
): asserts backend is KernelBackend {
  if (backend instanceof KernelBackend) return;
  throw twoCores(packageName, 'a backend of another copy of tfjs-core');
}

function setPaths(module: typeof Wasm, paths: NonNullable<TfjsBackendOptions['wasmPaths']>): void {
  try {
    module.setWasmPaths(typeof paths === 'string' ? paths : { ...paths });
  } catch (cause) {
    const detail = {
      field: 'wasmPaths',
      value: paths,
      remedy: 'Name all three files, and load the page again after a start that failed.',
    };
    throw new TfjsStartError('were refused by tfjs-backend-wasm', detail, { cause });
  }
}

function noWebAssembly(): TfjsStartError {
  return new TfjsStartError('is missing in this JavaScript engine', {
    field: 'WebAssembly',
    value: undefined,
    remedy: "Use a newer engine, or createTfjsBackend('cpu').",
  });
}

function notInstalled(packageName: string, cause: unknown): TfjsStartError {
  const value = cause instanceof Error ? cause.message : cause;
  const remedy = `Install it: npm install ${packageName}@${version_core}.`;
  const detail = { field: packageName, value, remedy };
  return new TfjsStartError('could not be imported', detail, { cause });
}

function notStarted(name: TfjsBackendName, cause: unknown): TfjsStartError {
  const remedy =
    name === 'wasm' && !env().getBool('IS_NODE')
      ? `${SERVE_FILES} Then load the page again.`
      : 'The console says why: see the warning of tfjs above.';
  const detail = { field: name, value: Object.keys(engine().registryFactory), remedy };
  return new TfjsStartError('is a tfjs backend that did not start', detail, { cause });
}

function twoCores(packageName: string, value: string): TfjsStartError {
  return new TfjsStartError('does not share its @tensorflow/tfjs-core with @softmoe/backend-tfjs', {
    field: packageName,
    value,
    remedy: `Have one copy of it: npm install @tensorflow/tfjs-core@${NEWEST} and npm dedupe; npm ls @tensorflow/tfjs-core shows them.`,
  });
}

/** Runs `work` with the started tfjs backend `name` as the current one, and makes the one before it current again. */
export function onBackend<T>(name: string, work: () => T): T {
  const before = getBackend();
  if (before === name) return work();
  switchTo(name);
  try {
    return work();
  } finally {
    if (before) switchTo(before);
  }
}

/** For a backend that has started, everything that matters in setBackend happens before it returns its promise. */
function switchTo(name: string): void {
  void setBackend(name);
}

/** The instance of a tfjs backend that has started. */
export function startedBackend(name: string): object | undefined {
  return engine().registry[name];
}
