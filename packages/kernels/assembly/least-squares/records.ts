// What the caller writes, in the order of the fields here, which src/least-squares/kernels.ts repeats. Arrays start at multiples of 16.

/** Pairs of slopes by pairs of coordinates. */
@unmanaged
export class Pairs {
  /** Pairs of slopes, and as many padded to a multiple of four. */
  count: i32;
  rows: i32;
  /** Pairs of coordinates, and as many padded to a multiple of eight. */
  width: i32;
  columns: i32;
  /** Numbers of slopes, i32 [rows][2], and of coordinates, i32 [columns][2]. */
  slopes: usize;
  coordinates: usize;
  /** float64 [rows][columns]. */
  sums: usize;
}

@unmanaged
export class Work {
  /** Points of a block, a multiple of four. */
  points: i32;
  blocks: i32;
  /** Slopes at a point: rows, then unit outputs. */
  slopes: i32;
  rows: i32;
  /** Coordinates of a point with the last, which is 1; and those that pairs of rows are multiplied with, from the first on. */
  coordinates: i32;
  paired: i32;
  /** Tangent coordinates of the model. */
  dimension: i32;
  /** Of pairs of rows, all the pairs b ≤ c in order by pairs j ≤ k of coordinates; and of a unit output with rows and unit outputs. */
  byRows: Pairs;
  byAmplitudes: Pairs;
  /** float64 [blocks][slopes][points] and [blocks][coordinates][points]. */
  slopeNumbers: usize;
  coordinateNumbers: usize;
  /** Room for both as float32, divided by powers of two, float64 [slopes] and [coordinates]. */
  slopeVectors: usize;
  coordinateVectors: usize;
  slopeScales: usize;
  coordinateScales: usize;
  /** Room for the strips of a block. */
  slopeStrips: usize;
  coordinateStrips: usize;
  /** u of the reflections I − uuᵀ of the rows, float64 [rows][coordinates]; 0 for a row that is none. */
  reflections: usize;
  /** The tangent coordinate of a slope and a coordinate of a point, i32 [slopes][coordinates]; −1 where there is none. */
  places: usize;
  /** Room for float64 [paired][paired] and [coordinates]. */
  block: usize;
  vector: usize;
  /** What sums are multiplied by, float64 [1]. */
  mean: usize;
  /** float64 [dimension][dimension]. */
  matrix: usize;
}
