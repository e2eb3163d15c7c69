import type { Config, ExperimentEvent } from '@softmoe/lab';
import type { Work } from '@softmoe/model';
import { lossWords } from '../numbers.ts';
import { createProgressBar } from '../progress-bar.ts';
import type { Output } from '../streams.ts';
import { createTimeLeft } from './time-left.ts';

/** Shows how far a run has come; on stderr, so that stdout holds the result alone. */
export interface Progress {
  show(event: ExperimentEvent): void;
  /** Shows what goes on between two events, beside what the last one told. */
  work(work: Work): void;
  /** Clears what is on the screen. */
  stop(): void;
}

/** Bars on a terminal, plain lines elsewhere. */
export function createProgress(config: Config, stream: Output): Progress {
  const start = startOf();
  const timeLeft = createTimeLeft();
  const told = (event: ExperimentEvent) => {
    const { share, words } = position(config, event, start(event));
    const stage = event.phase === 'finetune' ? event.stage : event.phase;
    const left = timeLeft(stage, share);
    return { share, words: left === undefined ? words : [...words, left] };
  };
  return stream.isTTY ? bars(told, stream) : lines(told, stream);
}

interface Position {
  /** How far the phase has come, in [0, 1]. */
  readonly share: number;
  readonly words: readonly string[];
}

type Tell = (event: ExperimentEvent) => Position;

/** How far training has come in [0, 1], and what to say about it. */
function position(config: Config, event: ExperimentEvent, startLoss: number | undefined): Position {
  const lossOf = (loss: number) =>
    `loss ${lossWords(loss, startLoss, (value) => value.toExponential(2))}`;
  switch (event.phase) {
    case 'train': {
      const { time, loss, alignment } = event.record;
      const count = (overlaps: readonly number[] = []) => overlaps.filter((x) => x > 0.5).length;
      const aligned = `experts ${count(alignment?.expert)}, routers ${count(alignment?.router)} of ${config.teachers} aligned`;
      return {
        share: time / config.train.time,
        words: [`time ${time.toFixed(1)} of ${config.train.time}`, lossOf(loss), aligned],
      };
    }
    case 'prune':
      return { share: 1, words: [`${config.students} → ${event.pruned.kept.length} units`] };
    case 'finetune': {
      const { step, gradientNorm, loss } = event.record;
      if (event.stage === 'online') {
        const { onlineSteps } = config.finetune;
        return {
          share: step / onlineSteps,
          words: [`on samples: step ${step} of ${onlineSteps}`, lossOf(loss)],
        };
      }
      const digits = -Math.log10(Math.max(gradientNorm, 1e-15)) / 15;
      return {
        share: Math.min(1, Math.max(0, digits)),
        words: [`step ${step}`, lossOf(loss), `gradient ${gradientNorm.toExponential(1)}`],
      };
    }
    case 'done':
      return { share: 1, words: [] };
  }
}

/** What is computed between two events of fine-tuning. */
export function workWords({ task, done }: Work): string {
  switch (task) {
    case 'curvature':
      return 'second derivatives';
    case 'spectrum':
      return `spectrum: ${done} products`;
    case 'proof':
      return `proof: ${Math.floor(done)} %`;
    case 'step':
      return `linear system: ${done} products`;
  }
}

/** Remembers the loss of the first record, the scale of all that follow. */
function startOf(): (event: ExperimentEvent) => number | undefined {
  let loss: number | undefined;
  return (event) => {
    if ('record' in event) loss ??= event.record.loss;
    return loss;
  };
}

const names = { train: 'learn', prune: 'prune', finetune: 'fine-tune', done: 'done' } as const;

const labelOf = (phase: keyof typeof names) => `${names[phase].padEnd(9)} `;

function bars(told: Tell, stream: Output): Progress {
  const bar = createProgressBar(labelOf('train'), stream);
  let tuned: Position = { share: 0, words: [] };
  return {
    show(event) {
      const position = told(event);
      if (event.phase === 'finetune') tuned = position;
      bar.show(labelOf(event.phase), position.share, position.words);
    },
    work(work) {
      bar.show(labelOf('finetune'), tuned.share, [workWords(work), ...tuned.words]);
    },
    stop: () => bar.stop(),
  };
}

/** Milliseconds without a line after which one tells what is computed. */
export const SILENCE = 5000;

/** About ten lines a phase, and one every few seconds in between where that takes longer. */
function lines(told: Tell, stream: Output): Progress {
  let last = '';
  let written = performance.now();
  const write = (label: string, text: string) => {
    written = performance.now();
    stream.write(`${label}${text}\n`);
  };
  return {
    show(event) {
      const { share, words } = told(event);
      const key = `${event.phase} ${Math.floor(10 * share)}`;
      if (key === last || words.length === 0) return;
      last = key;
      write(labelOf(event.phase), words.join(', '));
    },
    work(work) {
      if (performance.now() - written > SILENCE) write(labelOf('finetune'), workWords(work));
    },
    stop() {},
  };
}
