import { describe, inject, it } from 'vitest';
import type { Row } from './row.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Where in the table a test belongs, and why it is no plain ok. */
    cell?: { readonly row: string; readonly column: string; readonly but?: string };
  }
}

/** What a user must know of a cell, and the table says. */
export interface Exception {
  readonly but: string;
  /** `works`: as `but` says. `untried`: makes no sense. A pattern: fails like this, and the cell fails once it does not. */
  readonly outcome: 'works' | 'untried' | RegExp;
}

/** A column of the table: one test a package. */
export function column(
  name: string,
  work: (row: Row) => Promise<void> | void,
  exceptionOf: (row: Row) => Exception | undefined = () => undefined,
): void {
  describe(name, () => {
    for (const row of inject('rows')) {
      it(row.id, async ({ task }) => {
        const exception = exceptionOf(row);
        task.meta.cell = { row: row.id, column: name, ...(exception && { but: exception.but }) };
        const outcome = exception?.outcome ?? 'works';
        if (outcome === 'untried') return;
        if (outcome === 'works') return work(row);
        const failure = await Promise.resolve(work(row)).then(
          () => new Error(`works: take "${exception?.but}" out of the exceptions`),
          (error: unknown) => error,
        );
        if (!outcome.test(String(failure))) throw failure;
      });
    }
  });
}
