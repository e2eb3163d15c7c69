/** What an online step drawn in the span needs beside a workspace of r input dimensions; src/span.ts writes it. */
@unmanaged
export class Span {
  /** d, and d padded to whole panels: the numbers of a row of the arrays below. */
  inputDim: i32;
  depth: i32;
  /** Hash of the stream of what lies outside the span. */
  outsideStream: i32;
  /** Four rows on their way, float64, [4][depth]. */
  rows: usize;
  /** u of the reflections I − u uᵀ, float64 and float32, [r][depth] each; row j counts from panel j/8 on, zero before j. */
  reflections: usize;
  rounded: usize;
  /** Gradient of the rows in turned coordinates, [2m, a multiple of 4][depth]. */
  turned: usize;
  /** Products of the derivatives by two logits, summed over the batch: panels [2m/8][2m, a multiple of 4][8]. */
  moments: usize;
  /** A factor of them, float64, [2m][2m]. */
  factor: usize;
  /** The diagonal of GᵀG, and what is left of it, float64, [2m] each. */
  diagonal: usize;
  left: usize;
}
