import { describe, expect, it } from 'vitest';
import type { Steps, Work } from '../contracts.ts';
import { breather, complete, paced } from './steps.ts';

/** Counts to `n`, a millisecond or so each, and returns the sum. */
function* counting(n: number): Steps<number> {
  let sum = 0;
  for (let i = 1; i <= n; i++) {
    const since = performance.now();
    while (performance.now() - since < 1);
    sum += i;
    yield i;
  }
  return sum;
}

describe('a computation in pieces', () => {
  it('has the same result at once and with pauses', async () => {
    expect(complete(counting(4))).toBe(10);
    expect(await paced('step', counting(4))).toBe(10);
  });

  it('lets timers have their turn, and tells how far it has come', async () => {
    const told: Work[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await paced('spectrum', counting(300), { onWork: (work) => told.push(work) });
    clearInterval(timer);
    expect(ticks).toBeGreaterThanOrEqual(told.length);
    expect(told.length).toBeGreaterThanOrEqual(3);
    for (const [i, { task, done }] of told.entries()) {
      expect(task).toBe('spectrum');
      expect(done).toBeGreaterThan(told[i - 1]?.done ?? 0);
    }
  });

  it('throws the reason of its signal in the pause after it', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let last = 0;
    const steps = (function* () {
      for (const i of counting(2000)) {
        last = i;
        yield i;
      }
    })();
    setTimeout(() => controller.abort(reason), 1);
    await expect(paced('step', steps, { signal: controller.signal })).rejects.toBe(reason);
    expect(last).toBeLessThan(200);
    await expect(paced('step', counting(1), { signal: controller.signal })).rejects.toBe(reason);
  });
});

it('a breather asks for a pause only after its interval', async () => {
  const breathe = breather(20);
  expect(breathe()).toBeUndefined();
  complete(counting(25));
  const pause = breathe();
  expect(pause).toBeInstanceOf(Promise);
  await pause;
  expect(breathe()).toBeUndefined();
});
