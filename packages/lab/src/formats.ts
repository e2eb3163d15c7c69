import type { Format } from '@softmoe/model/checks';

/** What result.json says it is. Version 1 had none, and its advice and warnings were sentences. */
export const RESULT_FORMAT = { name: 'softmoe-result', version: 2 } as const satisfies Format;

/** What a line of records.jsonl is. Lines do not say so: one without `format` is of version 1. */
export const RECORD_FORMAT = { name: 'softmoe-record', version: 1 } as const satisfies Format;

/** Plain data that nobody changes. */
export type Immutable<T> = T extends readonly (infer Entry)[]
  ? readonly Immutable<Entry>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;
