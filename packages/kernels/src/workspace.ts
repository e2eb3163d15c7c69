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

export const FLOAT = 4;
const BLOCK_ROWS = 64;
const PANEL_COLUMNS = 8;
const ROWS_BYTES = BLOCK_ROWS * FLOAT;

/** Records, keys and lanes at the head of a workspace: records.ts. */
export const HEAD_BYTES = 576;
/** Workspaces start at a multiple of a cache line, so that no vector lies across two. */
export const WORKSPACE_ALIGNMENT = 64;

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
