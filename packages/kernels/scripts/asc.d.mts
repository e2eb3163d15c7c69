export const binaries: Readonly<
  Record<'simd' | 'relaxed' | 'population', { variant: 'simd' | 'relaxed'; entry: URL }>
>;
export function compile(variant: 'simd' | 'relaxed', entry?: URL): Promise<Uint8Array>;
export function moduleOf(binary: Uint8Array): string;
