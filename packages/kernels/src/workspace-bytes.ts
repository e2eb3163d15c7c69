import { layOutSpan } from './span.ts';
import { checkSizes, type ModelSpec } from './spec.ts';
import { FLOAT, layOut, WORKSPACE_ALIGNMENT } from './workspace.ts';

/** What a workspace must have room for. */
export interface WorkspaceNeeds {
  /** The model to evaluate or differentiate. */
  readonly model: ModelSpec;
  /** The teacher of online steps; its inputDim is the model's. */
  readonly teacher?: ModelSpec;
  /** Whether gradients in the inputs will be asked for. */
  readonly inputGradient?: boolean;
  /** Whether steps drawn in the span of model and teacher will be asked for. */
  readonly span?: boolean;
}

/**
 * Bytes of workspace that calls for these models need, wherever it starts. It does not depend on the size of a batch.
 * Throws a {@link KernelsValueError} for sizes that are none.
 */
export function workspaceBytes(needs: WorkspaceNeeds): number {
  checkSizes(needs.model, 'model');
  if (needs.teacher) checkSizes(needs.teacher, 'teacher');
  const { inputDim, experts } = needs.model;
  const teachers = needs.teacher?.experts ?? 0;
  const { bytes } = layOut(inputDim, experts, teachers, needs.inputGradient ?? false);
  const most = needs.span ? Math.max(bytes, layOutSpan(inputDim, experts, teachers).bytes) : bytes;
  return most + WORKSPACE_ALIGNMENT - FLOAT;
}
