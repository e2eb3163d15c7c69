/**
 * The six overlaps that E[u₁u₂] of two units depends on, in the order of the derivatives:
 * γ = w₁·w₂, α₁ = w₁·v₁, β₁ = w₁·v₂, α₂ = w₂·v₁, β₂ = w₂·v₂, ρ = v₁·v₂.
 */
export const GAMMA = 0;
export const ALPHA1 = 1;
export const BETA1 = 2;
export const ALPHA2 = 3;
export const BETA2 = 4;
export const RHO = 5;
/** How many they are. */
export const OVERLAPS = 6;
/**
 * What E[u₁u₂] depends on beside the overlaps where routers have lengths of their own: λ₁ = ½‖v₁‖² and λ₂ = ½‖v₂‖², of which
 * ∂M_{r,s}/∂λ₁ = M_{r+2,s} and ∂M_{r,s}/∂λ₂ = M_{r,s+2}, docs/theory.md (69).
 */
export const LENGTH1 = 6;
export const LENGTH2 = 7;
/** How many they are, with the overlaps. */
export const VARIABLES = 8;
