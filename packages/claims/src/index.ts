export { type Claim, type Outcome, type PlannedTask, type Scale, scales } from './claim.ts';
export { claims, selectClaims } from './claims.ts';
export { claimsReport } from './claims-report.ts';
export type { ClaimNumber, ClaimTable, Criterion, Finding, Verdict } from './finding.ts';
export { type Findings, findingsOf, readFindings } from './findings.ts';
export { withInterval } from './format.ts';
export {
  type JudgedClaim,
  type ReproduceOptions,
  type ReproduceProgress,
  reproduce,
} from './reproduce.ts';
export type { Interval } from './statistics/interval.ts';
export { claimKinds } from './worker.ts';
export { type WrittenReproduction, writeReproduction } from './write-reproduction.ts';
