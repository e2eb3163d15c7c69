import type { MoESpec } from '@softmoe/model';
import { addAt, at } from '@softmoe/model/linalg';
import { closedFormOf } from './closed-form.ts';
import type { LengthMoments } from './length-moments.ts';
import { LengthTable } from './length-table.ts';
import { MehlerTable, type MomentTable, polynomial } from './mehler.ts';
import { ordersOf, ordersWithLengths } from './orders.ts';
import { type ClosedForm, type Group, groupsOf } from './pair-groups.ts';
import {
  ALPHA1,
  ALPHA2,
  BETA1,
  BETA2,
  GAMMA,
  LENGTH1,
  LENGTH2,
  OVERLAPS,
  RHO,
  VARIABLES,
} from './pair-variables.ts';

/**
 * E[u₁u₂] of two units with unit rows as a function of their six overlaps, with first and second derivatives:
 * docs/theory.md (7) and (11), with the sum over degrees regrouped. Writing e_p = η_p √p!,
 *
 *   E[u₁u₂] = Σ_{n,n'} W_{nn'}(γ) Σ_r K^{nn'}_r M_{r, n+n'−r}(ρ),   W_{nn'} = Σ_c e_{n+c} e'_{n'+c} γ^c/c!,
 *
 * where K^{nn'} is the convolution of P¹_n[a] = α₁^a β₁^{n−a}/(a!(n−a)!) with P²_{n'} (the same of α₂, β₂). Since
 * ∂P_n[a]/∂α = P_{n−1}[a−1] and ∂P_n[a]/∂β = P_{n−1}[a], every derivative is a sum of the same kind.
 *
 * Where routers of either unit have lengths of their own, rows are still unit vectors here: a router of length σ is one of length 1
 * behind the gate g(σz), whose moments {@link useMoments} is given; derivatives are those by the overlaps and by λ in these coordinates,
 * docs/theory.md (69). One instance holds all scratch space: nothing is allocated per pair. Throws `UnsupportedError` for units without
 * a closed form.
 */
export class PairKernel {
  /** First derivatives in the order of the overlaps. */
  readonly #first = new Float64Array(VARIABLES);
  /** Second derivatives, [8, 8] symmetric. */
  readonly #second = new Float64Array(VARIABLES * VARIABLES);
  readonly #derivatives: 0 | 1 | 2;
  readonly #table: MomentTable;
  readonly #lengths: LengthTable | undefined;
  readonly #groups: readonly Group[];
  readonly #powers1: Float64Array;
  readonly #powers2: Float64Array;
  readonly #convolution: Float64Array;

  constructor(unit1: MoESpec, unit2: MoESpec, derivatives: 0 | 1 | 2) {
    const form1 = closedFormOf(unit1);
    const form2 = closedFormOf(unit2);
    const { coefficients: e1 } = form1;
    const { coefficients: e2 } = form2;
    this.#derivatives = derivatives;
    this.#groups = groupsOf(form1, form2);
    this.#lengths = haveLengths(form1, form2)
      ? new LengthTable(ordersWithLengths(this.#groups, derivatives))
      : undefined;
    this.#table =
      this.#lengths ?? new MehlerTable(form1.gate, form2.gate, ordersOf(this.#groups, derivatives));
    this.#powers1 = new Float64Array(2 * e1.length);
    this.#powers2 = new Float64Array(2 * e2.length);
    this.#convolution = new Float64Array(e1.length + e2.length);
  }

  /** How many numbers {@link evaluate} depends on: the six overlaps, and two lengths where routers have lengths of their own. */
  get variables(): number {
    return this.#lengths ? VARIABLES : OVERLAPS;
  }

  /** Derivatives of the gates that moments are needed of. */
  get order(): number {
    return this.#table.stride - 1;
  }

  /** The moments of all units 1 and 2, by their numbers, where routers have lengths of their own; of no use elsewhere. */
  useMoments(moments: LengthMoments, first: number): void {
    this.#lengths?.useMoments(moments, first);
  }

  /** The numbers of the two units that the next evaluation is about, where routers have lengths of their own; of no use elsewhere. */
  between(one: number, other: number): void {
    this.#lengths?.between(one, other);
  }

  /** E[u₁u₂] at the given overlaps. Derivatives there can be read afterwards, as far as this kernel's order goes. */
  evaluate(
    gamma: number,
    alpha1: number,
    beta1: number,
    alpha2: number,
    beta2: number,
    rho: number,
  ): number {
    this.#table.evaluate(rho);
    fillPowers(this.#powers1, alpha1, beta1);
    fillPowers(this.#powers2, alpha2, beta2);
    const first = this.#first;
    if (this.#derivatives > 0) first.fill(0);
    if (this.#derivatives > 1) this.#second.fill(0);
    let value = 0;
    for (const { n, m, weights, slopes, bends } of this.#groups) {
      const w = polynomial(weights, gamma);
      this.#convolve(n, m);
      const t = this.#sum(n + m, 0, 0);
      value += w * t;
      if (this.#derivatives === 0) continue;

      const dw = polynomial(slopes, gamma);
      const tRho = this.#sum(n + m, 1, 1);
      addAt(first, GAMMA, dw * t);
      addAt(first, RHO, w * tRho);
      if (this.#derivatives > 1) {
        this.#addSecond(GAMMA, GAMMA, polynomial(bends, gamma) * t);
        this.#addSecond(GAMMA, RHO, dw * tRho);
        this.#addSecond(RHO, RHO, w * this.#sum(n + m, 2, 2));
      }
      if (this.#lengths) this.#addLengths(n + m, w, dw);
      if (n > 0) {
        this.#convolve(n - 1, m);
        this.#addDerivatives(n + m - 1, ALPHA1, BETA1, w, dw);
      }
      if (m > 0) {
        this.#convolve(n, m - 1);
        this.#addDerivatives(n + m - 1, ALPHA2, BETA2, w, dw);
      }
      if (this.#derivatives > 1) this.#addCurvature(n, m, w);
    }
    return value;
  }

  /** ∂E[u₁u₂] by an overlap, at the overlaps evaluated last. */
  derivative(overlap: number): number {
    return at(this.#first, overlap);
  }

  /** ∂²E[u₁u₂] by two overlaps, at the overlaps evaluated last. */
  secondDerivative(overlap: number, other: number): number {
    return at(this.#second, overlap * VARIABLES + other);
  }

  /** ∂/∂α and ∂/∂β of one unit, and their mixed derivatives with γ and ρ, from the convolution at hand. */
  #addDerivatives(degree: number, alpha: number, beta: number, w: number, dw: number): void {
    const first = this.#first;
    const tAlpha = this.#sum(degree, 1, 0);
    const tBeta = this.#sum(degree, 0, 1);
    addAt(first, alpha, w * tAlpha);
    addAt(first, beta, w * tBeta);
    if (this.#derivatives < 2) return;
    this.#addSecond(GAMMA, alpha, dw * tAlpha);
    this.#addSecond(GAMMA, beta, dw * tBeta);
    this.#addSecond(RHO, alpha, w * this.#sum(degree, 2, 1));
    this.#addSecond(RHO, beta, w * this.#sum(degree, 1, 2));
    if (!this.#lengths) return;
    this.#addSecond(LENGTH1, alpha, w * this.#sum(degree, 3, 0));
    this.#addSecond(LENGTH1, beta, w * this.#sum(degree, 2, 1));
    this.#addSecond(LENGTH2, alpha, w * this.#sum(degree, 1, 2));
    this.#addSecond(LENGTH2, beta, w * this.#sum(degree, 0, 3));
  }

  /** Derivatives by the lengths, and their mixed ones with γ and ρ, from the convolution at hand. */
  #addLengths(degree: number, w: number, dw: number): void {
    const first = this.#first;
    const t1 = this.#sum(degree, 2, 0);
    const t2 = this.#sum(degree, 0, 2);
    addAt(first, LENGTH1, w * t1);
    addAt(first, LENGTH2, w * t2);
    if (this.#derivatives < 2) return;
    this.#addSecond(GAMMA, LENGTH1, dw * t1);
    this.#addSecond(GAMMA, LENGTH2, dw * t2);
    this.#addSecond(RHO, LENGTH1, w * this.#sum(degree, 3, 1));
    this.#addSecond(RHO, LENGTH2, w * this.#sum(degree, 1, 3));
    this.#addSecond(LENGTH1, LENGTH1, w * this.#sum(degree, 4, 0));
    this.#addSecond(LENGTH1, LENGTH2, w * this.#sum(degree, 2, 2));
    this.#addSecond(LENGTH2, LENGTH2, w * this.#sum(degree, 0, 4));
  }

  /** Second derivatives among α₁, β₁, α₂, β₂. */
  #addCurvature(n: number, m: number, w: number): void {
    if (n > 1) {
      this.#convolve(n - 2, m);
      this.#addQuadratic(n + m - 2, ALPHA1, BETA1, ALPHA1, BETA1, w);
    }
    if (m > 1) {
      this.#convolve(n, m - 2);
      this.#addQuadratic(n + m - 2, ALPHA2, BETA2, ALPHA2, BETA2, w);
    }
    if (n > 0 && m > 0) {
      this.#convolve(n - 1, m - 1);
      this.#addQuadratic(n + m - 2, ALPHA1, BETA1, ALPHA2, BETA2, w);
    }
  }

  #addQuadratic(
    degree: number,
    alpha: number,
    beta: number,
    otherAlpha: number,
    otherBeta: number,
    w: number,
  ): void {
    const mixed = w * this.#sum(degree, 1, 1);
    this.#addSecond(alpha, otherAlpha, w * this.#sum(degree, 2, 0));
    this.#addSecond(beta, otherBeta, w * this.#sum(degree, 0, 2));
    this.#addSecond(alpha, otherBeta, mixed);
    if (alpha !== otherAlpha) this.#addSecond(beta, otherAlpha, mixed);
  }

  #addSecond(x: number, y: number, value: number): void {
    const second = this.#second;
    addAt(second, x * VARIABLES + y, value);
    if (x !== y) addAt(second, y * VARIABLES + x, value);
  }

  /** K^{nm}: P¹_n convolved with P²_m. */
  #convolve(n: number, m: number): void {
    const k = this.#convolution;
    const p1 = this.#powers1;
    const p2 = this.#powers2;
    const half1 = p1.length >> 1;
    const half2 = p2.length >> 1;
    for (let r = 0; r <= n + m; r++) k[r] = 0;
    for (let a = 0; a <= n; a++) {
      const x = at(p1, a) * at(p1, half1 + n - a);
      for (let b = 0; b <= m; b++) k[a + b] = at(k, a + b) + x * at(p2, b) * at(p2, half2 + m - b);
    }
  }

  /** Σ_r K_r M_{r+i, degree−r+j}. */
  #sum(degree: number, i: number, j: number): number {
    const { values, stride } = this.#table;
    const k = this.#convolution;
    let index = i * stride + degree + j;
    let sum = 0;
    for (let r = 0; r <= degree; r++, index += stride - 1) sum += at(k, r) * at(values, index);
    return sum;
  }
}

/** x^a/a! in the first half of `powers`, y^b/b! in the second. */
function fillPowers(powers: Float64Array, x: number, y: number): void {
  const half = powers.length >> 1;
  let ofX = 1;
  let ofY = 1;
  powers[0] = ofX;
  powers[half] = ofY;
  for (let a = 1; a < half; a++) {
    ofX = (ofX * x) / a;
    ofY = (ofY * y) / a;
    powers[a] = ofX;
    powers[half + a] = ofY;
  }
}

/** Whether routers of either of two units have lengths of their own. */
function haveLengths(one: ClosedForm, other: ClosedForm): boolean {
  return one.free !== undefined || other.free !== undefined;
}
