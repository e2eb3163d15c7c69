// Sizes that every file agrees on. Rows of a batch come in blocks, columns in panels: README.md has the drawing.

/** Rows of a block. */
export const BLOCK_ROWS: i32 = 64;
/** Columns of a panel, and units of a panel of weights. */
export const PANEL_COLUMNS: i32 = 8;
/** One row of a panel: eight float32. */
export const GROUP_BYTES: usize = 32;
/** A panel of a block, [64][8]. */
export const PANEL_BYTES: usize = 2048;
/** One number for each row of a block, [64]. */
export const ROWS_BYTES: usize = 256;
