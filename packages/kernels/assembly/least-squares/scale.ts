// float64 vectors as float32, each divided by the power of two that brings its largest number to between 1 and 2.

/** Vectors [blocks][count][points]; the divisors go to `scales`, [count]. */
export function scaleVectors(
  numbers: usize, blocks: i32, count: i32, points: i32, vectors: usize, scales: usize,
): void {
  for (let v = 0; v < count; v++) {
    let most = f64x2.splat(0);
    for (let block = 0; block < blocks; block++) {
      let at = numbers + (<usize>(block * count + v) * <usize>points << 3);
      for (const end = at + (<usize>points << 3); at < end; at += 16) {
        most = f64x2.pmax(most, f64x2.abs(v128.load(at)));
      }
    }
    const larger = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
    const scale = powerBelow(larger);
    store<f64>(scales + (<usize>v << 3), scale);
    const inverse = f64x2.splat(1 / scale);
    for (let block = 0; block < blocks; block++) {
      const first = <usize>(block * count + v) * <usize>points;
      let at = numbers + (first << 3);
      let target = vectors + (first << 2);
      for (const end = at + (<usize>points << 3); at < end; at += 32, target += 16) {
        const low = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(at), inverse));
        const high = f32x4.demote_f64x2_zero(f64x2.mul(v128.load(at, 16), inverse));
        v128.store(target, i64x2.shuffle(low, high, 0, 2));
      }
    }
  }
}

/** The largest power of two that is at most `x`, within 2^±1000; 1 for 0. */
function powerBelow(x: f64): f64 {
  if (x == 0) return 1;
  const exponent = <i32>(reinterpret<u64>(x) >> 52) - 1023;
  const within = min(max(exponent, -1000), 1000);
  return reinterpret<f64>(<u64>(within + 1023) << 52);
}
