/**
 * π = softmax(z + b) at every point, docs/theory.md (5): logits z and gates π are [m, stride], unit after unit, `bias` is
 * [m]. The largest logit of a point is subtracted first, so that no exponential overflows.
 */
export function softmax(
  logits: Float64Array,
  bias: Float64Array,
  stride: number,
  gate: Float64Array,
): void {
  const largest = new Float64Array(stride).fill(-Infinity);
  const total = new Float64Array(stride);
  for (let i = 0; i < bias.length; i++) {
    for (let s = 0; s < stride; s++) {
      const z = logits[i * stride + s]! + bias[i]!;
      gate[i * stride + s] = z;
      if (z > largest[s]!) largest[s] = z;
    }
  }
  for (let i = 0; i < bias.length; i++) {
    for (let s = 0; s < stride; s++) {
      const e = Math.exp(gate[i * stride + s]! - largest[s]!);
      gate[i * stride + s] = e;
      total[s] = total[s]! + e;
    }
  }
  for (let k = 0; k < gate.length; k++) gate[k] = gate[k]! / total[k % stride]!;
}
