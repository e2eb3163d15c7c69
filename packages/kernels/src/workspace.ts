import { layOutSpan } from './span.ts';
import { checkSizes, type ModelSpec } from './spec.ts';

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

/** Byte offsets of the arrays of a workspace from its aligned start: assembly/records.ts says what each holds. */
export interface WorkspaceLayout {
  readonly outputs: number;
  readonly targets: number;
  readonly errors: number;
  readonly scratch: number;
  readonly panels: number;
  readonly weights: number;
  readonly values: number;
  readonly slopes: number;
  readonly sums: number;
  readonly amplitudeSums: number;
  readonly biasSums: number;
  readonly directions: number;
  /** Bytes of all of them and the records before them. */
  readonly bytes: number;
}

const FLOAT = 4;
const BLOCK_ROWS = 64;
const PANEL_COLUMNS = 8;
const ROWS_BYTES = BLOCK_ROWS * FLOAT;

/** Records, keys and lanes at the head of a workspace: records.ts. */
export const HEAD_BYTES = 576;
/** Workspaces start at a multiple of a cache line, so that no vector lies across two. */
export const WORKSPACE_ALIGNMENT = 64;

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

/** The arrays one after the other, for d input dimensions, m units of the model and k of its teacher. */
export function layOut(d: number, m: number, k: number, inputGradient: boolean): WorkspaceLayout {
  const panelCount = Math.ceil(d / PANEL_COLUMNS);
  const depth = panelCount * PANEL_COLUMNS;
  const columns = roundUp(2 * (m + k), PANEL_COLUMNS);
  const outputs = HEAD_BYTES;
  const targets = outputs + ROWS_BYTES;
  const errors = targets + ROWS_BYTES;
  const scratch = errors + ROWS_BYTES;
  const panels = scratch + ROWS_BYTES;
  const weights = panels + depth * ROWS_BYTES;
  const values = weights + columns * depth * FLOAT;
  const slopes = values + columns * ROWS_BYTES;
  const sums = slopes + columns * ROWS_BYTES;
  const amplitudeSums = sums + depth * roundUp(2 * m, 4) * FLOAT;
  const biasSums = amplitudeSums + m * 4 * FLOAT;
  const directions = biasSums + m * 4 * FLOAT;
  const bytes = directions + (inputGradient ? depth * 2 * m * FLOAT : 0);
  return {
    outputs,
    targets,
    errors,
    scratch,
    panels,
    weights,
    values,
    slopes,
    sums,
    amplitudeSums,
    biasSums,
    directions,
    bytes,
  };
}

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
