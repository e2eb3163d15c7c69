import v8 from 'node:v8';
import { UnsupportedError } from '@softmoe/model';

/** The TensorFlow.js backends, with relaxed SIMD turned on where Node has it behind a flag. */
export async function loadTfjs(): Promise<typeof import('@softmoe/backend-tfjs')> {
  if (Number.parseInt(process.versions.node, 10) < 22) {
    v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
  return import('@softmoe/backend-tfjs').catch((cause: unknown) => {
    throw new UnsupportedError(
      'cannot be loaded',
      {
        field: '@softmoe/backend-tfjs',
        value: cause instanceof Error ? cause.message : cause,
        remedy: 'Install softmoe again, or use --backend reference, which is slower.',
      },
      { cause },
    );
  });
}

/** The package that speaks with queues: an optional one, so that nobody else installs Redis clients. */
export async function loadQueue(): Promise<typeof import('@softmoe/queue')> {
  return import('@softmoe/queue').catch((cause: Error) => {
    throw new UnsupportedError(
      'cannot be loaded',
      {
        field: '@softmoe/queue',
        value: cause.message,
        remedy: 'Queues need a package of their own: npm install @softmoe/queue',
      },
      { cause },
    );
  });
}
