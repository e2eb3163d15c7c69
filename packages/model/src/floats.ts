/** Bytes of a number of each dtype of safetensors that parameters can have. */
export const ITEM_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;

/** What makes each of them a float64, exactly; little-endian. */
export const readFloat: Readonly<
  Record<keyof typeof ITEM_BYTES, (view: DataView, at: number) => number>
> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => fromHalf(view.getUint16(at, true)),
  BF16: (view, at) => fromBits(view.getUint16(at, true) << 16),
};

/** IEEE binary16: a sign, 5 bits of exponent with bias 15, 10 of fraction. */
function fromHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  // Below the least normal number fractions count 2⁻²⁴ each.
  if (exponent === 0) return fromBits(sign | 0x33800000) * fraction;
  const widened = exponent === 0x1f ? 0xff : exponent + 112;
  return fromBits(sign | (widened << 23) | (fraction << 13));
}

const scratch = new DataView(new ArrayBuffer(4));

/** The float32 of its bits. */
function fromBits(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}
