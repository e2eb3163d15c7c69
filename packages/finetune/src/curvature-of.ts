import { type Curvature, type MoE, type Objective, requireFunction } from '@softmoe/model';

/** Where curvature comes from: exact (`populationCurvature` of @softmoe/population), or an estimate of it. */
export type CurvatureOf = (model: MoE) => Curvature | Promise<Curvature>;

/** Throws `ValueError` unless there are an objective and its curvature. */
export function requireSources(sources: {
  readonly objective: Objective;
  readonly curvature: CurvatureOf;
}): void {
  requireFunction('objective.evaluate', sources.objective?.evaluate);
  requireFunction('curvature', sources.curvature);
}
