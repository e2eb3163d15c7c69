import { expect, it } from 'vitest';
import { judge, threePairs } from '../fixtures/claims.ts';
import { gateWithoutMean } from './c2c-gate-without-mean.ts';

const finding = (tanh: number, sigmoid: number, uncrossed: number) =>
  judge(gateWithoutMean, ({ gate, start }: { gate: string; start?: string }) =>
    threePairs(4, start ? uncrossed : gate === 'tanh' ? tanh : sigmoid)(),
  );
const verdicts = (...routers: [number, number, number]) =>
  finding(...routers).criteria.map(({ verdict }) => verdict);

it('C2c holds where the silent phase is gone behind tanh alone and the conserved quantity is met', () => {
  expect(finding(0.2, 0.01, 0.3).verdict).toBe('holds');
});

it('C2c fails where tanh has a silent phase, sigmoid has none, or nothing is conserved', () => {
  expect(verdicts(0.02, 0.01, 0.3)).toEqual(['fails', 'holds', 'holds']);
  expect(verdicts(0.2, 0.2, 0.3)).toEqual(['holds', 'fails', 'holds']);
  expect(verdicts(0.2, 0.01, 0.2)).toEqual(['holds', 'holds', 'fails']);
});

it('C2c takes the router at which (1 − v²)³ = 1 − w² for w = ½', () => {
  const [, , criterion] = finding(0.2, 0.01, 0.3).criteria;
  expect(criterion!.text).toContain('is at 0.302 to 5 %');
});
