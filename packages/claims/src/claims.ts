import { UnknownNameError } from '@softmoe/model';
import { featureLearning } from './c1-feature-learning.ts';
import { guidance } from './c2-guidance.ts';
import { frozenExpertsClaim } from './c2a-frozen-experts.ts';
import { placedExpertsClaim } from './c2b-placed-experts.ts';
import { gateWithoutMean } from './c2c-gate-without-mean.ts';
import { timeScale } from './c3-time-scale.ts';
import { sequentialOrder } from './c4-sequential-order.ts';
import { overParameterisation } from './c5-over-parameterisation.ts';
import { pruningClaim } from './c6-pruning.ts';
import { fineTuning } from './c7-fine-tuning.ts';
import { beyondThePaper } from './c8-beyond-the-paper.ts';
import { parameters } from './c9-parameters.ts';
import { globalOptimum } from './c10-global-optimum.ts';
import { keptPerformance } from './c11-performance.ts';
import { stochasticGradients } from './c12-sgd.ts';
import { jointTraining } from './c13-joint-training.ts';
import { competingGates } from './c14-competing-gates.ts';
import { provedConvergence } from './c15-proof.ts';
import { landscapeClaim } from './c16-landscape.ts';
import type { Claim } from './claim.ts';

/** The claims that `softmoe reproduce` checks, in the order of the abstract. */
export const claims: readonly Claim[] = [
  featureLearning,
  guidance,
  frozenExpertsClaim,
  placedExpertsClaim,
  gateWithoutMean,
  timeScale,
  sequentialOrder,
  overParameterisation,
  pruningClaim,
  fineTuning,
  beyondThePaper,
  parameters,
  globalOptimum,
  keptPerformance,
  stochasticGradients,
  jointTraining,
  competingGates,
  provedConvergence,
  landscapeClaim,
];

/**
 * The claims of these ids; `C2` also means its counterfactuals, C2a and so on. All without ids. Throws
 * {@link UnknownNameError}.
 */
export function selectClaims(ids?: readonly string[]): Claim[] {
  if (!ids) return [...claims];
  const chosen = new Set<Claim>();
  for (const id of ids) {
    const found = claims.filter(
      (claim) => claim.id === id || claim.id.replace(/[a-z]$/, '') === id,
    );
    if (found.length === 0) {
      throw new UnknownNameError('is not a claim', {
        field: 'only',
        value: id,
        remedy: `Use some of ${claims.map((claim) => claim.id).join(', ')}.`,
      });
    }
    for (const claim of found) chosen.add(claim);
  }
  return claims.filter((claim) => chosen.has(claim));
}
