export {
  type Claim,
  type Extent,
  type Outcome,
  type PlannedTask,
  type Scale,
  scales,
} from './claim.ts';
export { claims, selectClaims } from './claims.ts';
export { claimsReport } from './claims-report.ts';
export { type CriteriaVersion, criteriaNow, criteriaVersions } from './criteria.ts';
export type { ClaimNumber, ClaimTable, Criterion, Finding, Verdict } from './finding.ts';
export { withInterval } from './finding-parts.ts';
export type { Findings } from './findings-schema.ts';
export {
  type JudgedClaim,
  type ReproduceOptions,
  type ReproduceProgress,
  reproduce,
} from './reproduce.ts';
export { bootstrap, bootstrapMean } from './statistics/bootstrap.ts';
export { type Coverage, coverageOf } from './statistics/coverage.ts';
export type { Interval } from './statistics/interval.ts';
export { claimKinds } from './worker.ts';
export {
  findingsOf,
  readFindings,
  type WrittenReproduction,
  writeReproduction,
} from './write-reproduction.ts';
