import { SoftmoeError } from '@softmoe/model';
import type { Backend } from '../backend.ts';

/** A backend broke a rule of the conformance suite. `field` says where, `value` what it gave. */
export class ConformanceError extends SoftmoeError {
  override readonly name = 'ConformanceError';
}

/** One rule that every backend must keep. */
export interface ConformanceCase {
  readonly name: string;
  /** The optional method that the rule is about; the case passes for a backend that has neither it nor the parts of it. */
  readonly needs?: 'onlineStep' | 'spanStep';
  /** Resolves if the backend keeps the rule, else rejects with a {@link ConformanceError}. */
  run(backend: Backend): Promise<void>;
}

/** A case from its rule; an error that the backend throws becomes the cause of a {@link ConformanceError}. */
export function conformanceCase(
  name: string,
  rule: (backend: Backend) => Promise<void>,
): ConformanceCase {
  return {
    name,
    async run(backend) {
      try {
        await rule(backend);
      } catch (cause) {
        if (cause instanceof ConformanceError) throw cause;
        const remedy = 'Run the case under a debugger: it should not throw.';
        const detail = { field: name, value: String(cause), remedy };
        throw new ConformanceError('threw an error', detail, { cause });
      }
    },
  };
}

/** Throws a {@link ConformanceError} unless `condition`. */
export function demand(
  condition: boolean,
  problem: string,
  field: string,
  value: unknown,
  remedy: string,
): asserts condition {
  if (!condition) throw new ConformanceError(problem, { field, value, remedy });
}
