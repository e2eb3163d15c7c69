import { describe, expect, it } from 'vitest';
import { createTimeLeft } from './time-left.ts';

describe('the time left', () => {
  it('of a phase is what the rest of its way takes at the pace so far, once that is known', () => {
    let now = 0;
    const timeLeft = createTimeLeft(() => now);
    const at = (seconds: number, phase: string, share: number) => {
      now = 1000 * seconds;
      return timeLeft(phase, share);
    };
    expect(at(0, 'train', 0)).toBeUndefined();
    expect(at(1, 'train', 0.5)).toBeUndefined();
    expect(at(10, 'train', 0.001)).toBeUndefined();
    expect(at(10, 'train', 0.25)).toBe('about 30 s left');
    expect(at(100, 'train', 0.1)).toBe('about 15 min left');
    expect(at(120, 'train', 1)).toBeUndefined();
    expect(at(130, 'finetune', 0.2)).toBeUndefined();
    expect(at(140, 'finetune', 0.4)).toBe('about 30 s left');
  });

  it('of a run that was resumed counts from where it went on', () => {
    let now = 0;
    const timeLeft = createTimeLeft(() => now);
    expect(timeLeft('train', 0.8)).toBeUndefined();
    now = 10_000;
    expect(timeLeft('train', 0.9)).toBe('about 10 s left');
  });
});
