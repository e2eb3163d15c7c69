export {
  type ClosedFormParts,
  closedFormOf,
  expectationError,
  hasClosedForm,
} from './closed-form.ts';
export { type GateMoments, gateMoments } from './gate-moments.ts';
export { populationObjective } from './objective.ts';
export { pairExpectations, populationGram } from './pair-expectations.ts';
export { population, populationCurvature } from './population.ts';
export {
  bestVariant,
  type PopulationOptions,
  type PopulationVariant,
  populationVariants,
} from './variant.ts';
