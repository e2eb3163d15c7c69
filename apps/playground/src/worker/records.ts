import { type ExperimentEvent, recordLine } from '@softmoe/lab';
import { recordsToCsv } from '@softmoe/train';
import type { Frame } from '../protocol.ts';

/** The records of a run without their states, for the page and for export. */
export class Records {
  #frames: Frame[] = [];

  add(event: Extract<ExperimentEvent, { record: unknown }>): Frame {
    const { state: _, ...record } = event.record;
    const stage = event.phase === 'finetune' ? { stage: event.stage } : {};
    const frame: Frame = { phase: event.phase, ...stage, record };
    this.#frames.push(frame);
    return frame;
  }

  /** Forgets what came after training, or all. */
  cut(keep: 'train' | 'none'): void {
    this.#frames = keep === 'none' ? [] : this.#frames.filter(({ phase }) => phase === 'train');
  }

  /** A table for training and one for each stage of fine-tuning, which has fewer students. */
  toCsv(): string {
    return [undefined, 'online', 'exact', 'sample']
      .map((stage) => this.#frames.filter((frame) => frame.stage === stage))
      .filter((frames) => frames.length > 0)
      .map((frames) => recordsToCsv(frames.map(({ record }) => record)))
      .join('\n');
  }

  toJsonLines(): string {
    return this.#frames
      .map(({ phase, record }) => `${JSON.stringify(recordLine(phase, record))}\n`)
      .join('');
  }
}
