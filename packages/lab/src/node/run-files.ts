/** The files of a run folder. */
export const fileNames = {
  config: 'config.json',
  checkpoint: 'checkpoint.json',
  records: 'records.jsonl',
  result: 'result.json',
  model: (name: string) => `${name}.safetensors`,
} as const;
