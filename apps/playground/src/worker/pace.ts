/** Records shown in a second at speed 1: a run of about two hundred takes some ten seconds. */
const RECORDS_PER_SECOND = { train: 20, finetune: 12 } as const;

/** Slows a run down for the eye. It only waits between events: the numbers are those of a run at full speed. */
export class Pace {
  #speed = 1;
  #next = 0;

  /** Infinity: as fast as it computes. */
  set speed(value: number) {
    this.#speed = value;
  }

  /** Milliseconds to wait before the next event is shown. */
  waitAfter(phase: 'train' | 'finetune'): number {
    const now = performance.now();
    const interval = 1000 / (RECORDS_PER_SECOND[phase] * this.#speed);
    // Time lost to slow events is made up, but not more than a few intervals of it.
    this.#next = Math.max(this.#next + interval, now - 3 * interval);
    return Math.max(0, this.#next - now);
  }

  /** After a pause, waits count from now. */
  restart(): void {
    this.#next = performance.now();
  }
}
