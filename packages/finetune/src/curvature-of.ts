import type { Curvature, MoE } from '@softmoe/model';

/** Where curvature comes from: exact (`populationCurvature` of @softmoe/population), or an estimate of it. */
export type CurvatureOf = (model: MoE) => Curvature | Promise<Curvature>;
