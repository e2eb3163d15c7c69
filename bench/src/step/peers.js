import { spawnSync } from 'node:child_process';

const node = (name, variant) => ({
  command: process.execPath,
  args: ['serve.js', name, variant ?? ''],
  ...(variant ? { variant } : {}),
});
const python = (name) => ({ python: name, args: ['serve.py', `${name}_peer`] });
const all = ['independent', 'softmax'];
const independent = ['independent'];

/** Who takes part: the row's name, the kinds of routing that it computes, and its process. */
export const peers = [
  { name: 'softmoe simd', routings: all, ...node('softmoe', 'simd') },
  { name: 'softmoe relaxed', routings: all, ...node('softmoe', 'relaxed') },
  { name: 'its kernels, simd', routings: all, ...node('kernels', 'simd') },
  { name: 'its kernels, relaxed', routings: all, ...node('kernels', 'relaxed') },
  { name: 'tfjs wasm, plain', routings: all, ...node('tfjs-plain', 'wasm') },
  { name: 'tfjs wasm, fast path', routings: all, ...node('tfjs-fast') },
  { name: 'tfjs cpu', routings: independent, ...node('tfjs-plain', 'cpu') },
  { name: 'jax-js wasm', routings: independent, ...node('jax') },
  { name: 'PyTorch, 1 thread', routings: all, ...python('torch') },
  { name: 'NumPy, 1 thread', routings: independent, ...python('numpy') },
];

/** Multiply-adds in registers and nothing else: what shares of the peak are shares of. */
export const peaks = ['simd', 'relaxed'].map((variant) => ({
  name: `peak ${variant}`,
  isPeak: true,
  routings: all,
  ...node('peak', variant),
}));

/** Splits peers into those that can run here and the names of Python modules that are missing. */
export function available(peers) {
  const modules = peers.flatMap(({ python }) => python ?? []);
  const found = Object.fromEntries(modules.map((module) => [module, pythonWith(module)]));
  return {
    present: peers
      .filter(({ python }) => !python || found[python])
      .map((peer) => (peer.python ? { ...peer, command: found[peer.python] } : peer)),
    missing: modules.filter((module) => !found[module]),
  };
}

/** Debian's own Python sees Debian's packages; another may come first on the path. */
function pythonWith(module) {
  return ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', `import numpy, ${module}`]).status === 0,
  );
}
