import { UnsupportedError } from '@softmoe/model';

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
