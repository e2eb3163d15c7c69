export { type CurvePoint, eliminationCurve } from './elimination.ts';
export { type GramOptions, lossOf, redundancy } from './gram.ts';
export { merge } from './merge.ts';
export { type GramOf, type Pruned, type PruneOptions, prune } from './prune.ts';
export { type Refit, refit } from './refit.ts';
export { cliff, type SizeRule, sizeWithin } from './size.ts';
