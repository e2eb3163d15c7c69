import type { ReproduceProgress } from '@softmoe/claims';
import { SingleBar } from 'cli-progress';
import type { Output } from '../streams.ts';
import { duration } from '../numbers.ts';

/** Shows how far a reproduction has come; on stderr, so that stdout holds the findings alone. */
export interface ReproductionProgress {
  show(progress: ReproduceProgress): void;
  /** Clears what is on the screen. */
  stop(): void;
}

const STEPS = 1000;

/** A bar on a terminal, a line at every tenth elsewhere. */
export function createReproductionProgress(stream: Output): ReproductionProgress {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: Output): ReproductionProgress {
  const single = new SingleBar({
    stream,
    format: 'measure [{bar}] {text}',
    barsize: 24,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
    fps: 12,
  });
  single.start(STEPS, 0, { text: '' });
  return {
    show: (progress) => {
      single.update(Math.round(STEPS * progress.share), { text: describe(progress) });
    },
    stop: () => single.stop(),
  };
}

function lines(stream: Output): ReproductionProgress {
  let last = 0;
  return {
    show(progress) {
      const tenth = Math.floor(10 * progress.share);
      if (tenth === last) return;
      last = tenth;
      stream.write(`measure  ${Math.round(100 * progress.share)} %, ${describe(progress)}\n`);
    },
    stop() {},
  };
}

function describe({ recorded, total, secondsLeft }: ReproduceProgress): string {
  return `${recorded} of ${total} measurements, ${duration(secondsLeft)} left`;
}
