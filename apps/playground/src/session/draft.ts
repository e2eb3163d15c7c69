import type { Config } from '@softmoe/lab';

type Train = Config['train'];

/** A change of one field of a config, as a control makes it. */
export type Change =
  | { readonly [Key in Exclude<keyof Config, 'train' | 'finetune'>]?: Config[Key] }
  | { readonly train: Partial<Train> };

/** Where online runs start on this page: steps short enough to watch and to pause, a record at each. */
const ONLINE: Partial<Train> = { batchSize: 4096, step: 0.1, recordEvery: 0.1 };

/**
 * `config` with a change, as input to be checked anew. A change of the engine drops what only the other one has, so that
 * controls never make a config that contradicts itself.
 */
export function changed(config: Config, change: Change): unknown {
  const { train: changes, ...rest } = { train: {}, ...change };
  const train: Record<string, unknown> = { ...config.train, ...changes };
  if ('engine' in rest && rest.engine !== config.engine) {
    delete train.method;
    if (rest.engine === 'exact') delete train.noise;
    else Object.assign(train, ONLINE);
  }
  return { ...config, ...rest, train };
}
