import type { Config } from '@softmoe/lab';

/** What the time of a run's records is called. */
export interface Clock {
  /** In a sentence. */
  readonly name: 'flow time' | 'time';
  /** Along an axis. */
  readonly axis: string;
}

/** Adam follows no flow: the time of its records is the number of steps times the learning rate. */
export function clockOf(config: Pick<Config, 'train'> | undefined): Clock {
  return config?.train.method === 'adam'
    ? { name: 'time', axis: 'time t = steps × learning rate' }
    : { name: 'flow time', axis: 'flow time t' };
}
