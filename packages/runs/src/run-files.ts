/** What to do with a run whose files do not let it go on. */
export const START_AGAIN = 'Start the run again from its config.json in another folder.';

/** What to do with a run whose files cannot be read. */
export const RUN_AGAIN = 'Run its config.json again into another folder.';

/** The files of a run folder. */
export const fileNames = {
  config: 'config.json',
  checkpoint: 'checkpoint.json',
  records: 'records.jsonl',
  result: 'result.json',
  model: (name: string) => `${name}.safetensors`,
} as const;
