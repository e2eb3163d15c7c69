export { hasClosedForm } from './closed-form.ts';
export { populationCurvature } from './curvature.ts';
export { type GateMoments, gateMoments } from './gate-moments.ts';
export { populationObjective } from './objective.ts';
export { pairExpectations, populationGram } from './pair-expectations.ts';
export { population } from './population.ts';
