export {
  type Cluster,
  type ClusterOptions,
  clusters,
  DUPLICATE,
  redundancy,
} from './clusters.ts';
export { type CurvePoint, eliminationCurve } from './elimination.ts';
export { type GramOptions, lossOf } from './gram.ts';
export { merge } from './merge.ts';
export { prune } from './prune.ts';
export type { GramOf, Pruned } from './pruned.ts';
export { type Refit, refit } from './refit.ts';
export { cliff, type SizeRule, sizeWithin } from './size.ts';
