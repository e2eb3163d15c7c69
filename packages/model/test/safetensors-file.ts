/** A file with that header text (or bytes) and data, as the format defines it. */
export function file(header: string | Uint8Array, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** Numbers as the bytes of a tensor. */
export const f64 = (...numbers: number[]) => new Uint8Array(Float64Array.from(numbers).buffer);
/** The header of a file with one tensor, `t`, of anything. */
export const entry = (dtype: string, shape: unknown, offsets: unknown) =>
  JSON.stringify({ t: { dtype, shape, data_offsets: offsets } });
