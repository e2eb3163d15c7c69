import type { ReproduceProgress } from '@softmoe/claims';
import { duration } from '../numbers.ts';
import { createProgressBar } from '../progress-bar.ts';
import type { Output } from '../streams.ts';

/** Shows how far a reproduction has come; on stderr, so that stdout holds the findings alone. */
export interface ReproductionProgress {
  show(progress: ReproduceProgress): void;
  /** Clears what is on the screen. */
  stop(): void;
}

/** A bar on a terminal, a line at every tenth elsewhere. */
export function createReproductionProgress(stream: Output): ReproductionProgress {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: Output): ReproductionProgress {
  const label = 'measure ';
  const drawn = createProgressBar(label, stream);
  return {
    show: (progress) => drawn.show(label, progress.share, describe(progress)),
    stop: () => drawn.stop(),
  };
}

function lines(stream: Output): ReproductionProgress {
  let last = 0;
  return {
    show(progress) {
      const tenth = Math.floor(10 * progress.share);
      if (tenth === last) return;
      last = tenth;
      stream.write(
        `measure  ${Math.round(100 * progress.share)} %, ${describe(progress).join(', ')}\n`,
      );
    },
    stop() {},
  };
}

function describe({ recorded, total, secondsLeft }: ReproduceProgress): string[] {
  return [`${recorded} of ${total} measurements`, `${duration(secondsLeft)} left`];
}
