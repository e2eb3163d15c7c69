export const variants: readonly ('simd' | 'relaxed')[];
export function compile(variant: 'simd' | 'relaxed', entry?: URL): Promise<Uint8Array>;
export function moduleOf(binary: Uint8Array): string;
