import type { Config, ExperimentEvent } from '@softmoe/lab';
import { SingleBar } from 'cli-progress';
import { lossWords } from '../numbers.ts';
import type { Output } from '../streams.ts';
import { terminalWidth } from '../table.ts';
import { createTimeLeft } from './time-left.ts';

/** Shows how far a run has come; on stderr, so that stdout holds the result alone. */
export interface Progress {
  show(event: ExperimentEvent): void;
  /** Clears what is on the screen. */
  stop(): void;
}

/** Bars on a terminal, plain lines elsewhere. */
export function createProgress(config: Config, stream: Output): Progress {
  const start = startOf();
  const timeLeft = createTimeLeft();
  const told = (event: ExperimentEvent) => {
    const { share, text } = position(config, event, start(event));
    const stage = event.phase === 'finetune' ? event.stage : event.phase;
    return { share, text: `${text}${timeLeft(stage, share)}` };
  };
  return stream.isTTY ? bars(told, stream) : lines(told, stream);
}

type Tell = (event: ExperimentEvent) => { readonly share: number; readonly text: string };

/** How far training has come in [0, 1], and what to say about it. */
function position(
  config: Config,
  event: ExperimentEvent,
  startLoss: number | undefined,
): { share: number; text: string } {
  const lossOf = (loss: number) =>
    `loss ${lossWords(loss, startLoss, (value) => value.toExponential(2))}`;
  switch (event.phase) {
    case 'train': {
      const { time, loss, alignment } = event.record;
      const count = (overlaps: readonly number[] = []) => overlaps.filter((x) => x > 0.5).length;
      const aligned = `experts ${count(alignment?.expert)}, routers ${count(alignment?.router)} of ${config.teachers} aligned`;
      return {
        share: time / config.train.time,
        text: `time ${time.toFixed(1)} of ${config.train.time}, ${lossOf(loss)}, ${aligned}`,
      };
    }
    case 'prune':
      return { share: 1, text: `${config.students} → ${event.pruned.kept.length} units` };
    case 'finetune': {
      const { step, gradientNorm, loss } = event.record;
      if (event.stage === 'online') {
        const { onlineSteps } = config.finetune;
        return {
          share: step / onlineSteps,
          text: `on samples: step ${step} of ${onlineSteps}, ${lossOf(loss)}`,
        };
      }
      const digits = -Math.log10(Math.max(gradientNorm, 1e-15)) / 15;
      return {
        share: Math.min(1, Math.max(0, digits)),
        text: `step ${step}, ${lossOf(loss)}, gradient ${gradientNorm.toExponential(1)}`,
      };
    }
    case 'done':
      return { share: 1, text: '' };
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

function bars(told: Tell, stream: Output): Progress {
  const bar = new SingleBar({
    stream,
    format: '{phase} [{bar}] {text}',
    barsize: Math.max(4, Math.min(24, terminalWidth(stream) - 60)),
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
    fps: 12,
  });
  bar.start(1000, 0, { phase: names.train.padEnd(9), text: '' });
  return {
    show(event) {
      const { share, text } = told(event);
      bar.update(Math.round(1000 * share), { phase: names[event.phase].padEnd(9), text });
    },
    stop: () => bar.stop(),
  };
}

/** About ten lines a phase. */
function lines(told: Tell, stream: Output): Progress {
  let last = '';
  return {
    show(event) {
      const { share, text } = told(event);
      const key = `${event.phase} ${Math.floor(10 * share)}`;
      if (key === last || text === '') return;
      last = key;
      stream.write(`${names[event.phase].padEnd(9)} ${text}\n`);
    },
    stop() {},
  };
}
