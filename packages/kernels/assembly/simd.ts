// The few vector operations that all passes share. Only this file knows which of the two binaries is being built.

/** a·b + c: one rounding in the relaxed binary on hardware that fuses, two in the plain one. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? f32x4.relaxed_madd(a, b, c)
    : f32x4.add(f32x4.mul(a, b), c);
}

/** a·b + c on two float64 lanes: one rounding in the relaxed binary on hardware that fuses, two in the plain one. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function madd64(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? f64x2.relaxed_madd(a, b, c)
    : f64x2.add(f64x2.mul(a, b), c);
}

/** Always 0, which no compiler can know, because it is exported. */
export let nothing: i32 = 0;

/**
 * A vector constant that V8 keeps in a register: it builds those that it knows from immediates, three instructions each,
 * in every turn of a loop. Make it before the loop.
 */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function constant(x: f32): v128 {
  return i32x4.splat(reinterpret<i32>(x) | nothing);
}

/** Four equal 32-bit words as a vector constant that V8 keeps in a register, as {@link constant} makes of a float32. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function word(x: i32): v128 {
  return i32x4.splat(x | nothing);
}

/** Zero in every lane. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function zeros(): v128 {
  return i32x4.splat(0);
}

/** `whenSet` in the lanes whose mask is all ones, `otherwise` where it is all zeros. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function select(mask: v128, whenSet: v128, otherwise: v128): v128 {
  return v128.xor(otherwise, v128.and(v128.xor(whenSet, otherwise), mask));
}

/** All ones in the lanes whose sign bit is set. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function signMask(a: v128): v128 {
  return i32x4.shr_s(a, 31);
}

/** Sum of the four lanes. */
// @ts-expect-error: AssemblyScript decorates functions, TypeScript does not.
@inline
export function laneSum(a: v128): f32 {
  const pairs = f32x4.add(a, i32x4.shuffle(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}
