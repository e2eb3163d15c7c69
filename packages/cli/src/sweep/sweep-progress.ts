import { type Sweep, type SweepCell, type SweepRecord, sweepCells } from '@softmoe/runs';
import type { TaskProgress, TaskRecord } from '@softmoe/tasks';
import { createLogUpdate } from 'log-update';
import { duration } from '../numbers.ts';
import type { Output } from '../streams.ts';
import { type CellColumn, cellTable, recoveredShare } from './sweep-summary.ts';

/** Shows how far a sweep has come; on stderr, so that stdout holds the summary alone. */
export interface SweepProgress {
  record(record: TaskRecord, from: 'store' | 'run'): void;
  show(progress: TaskProgress): void;
  /** A line that stays. */
  say(line: string): void;
  /** Clears what is on the screen. */
  stop(): void;
}

/** A live table on a terminal, plain lines elsewhere. */
export function createSweepProgress(sweep: Sweep, stream: Output): SweepProgress {
  return stream.isTTY ? liveTable(sweep, stream) : lines(stream);
}

/** Milliseconds between two pictures of the live table. */
const REFRESH = 200;

function liveTable(sweep: Sweep, stream: Output): SweepProgress {
  const update = createLogUpdate(stream as NodeJS.WriteStream);
  const records: SweepRecord[] = [];
  let latest: TaskProgress | undefined;
  let changed = true;
  const draw = () => {
    if (!latest || !changed) return;
    changed = false;
    const { columns = 80, rows = 24 } = stream as Partial<NodeJS.WriteStream>;
    const table = cellTable(sweep.fields, sweepCells(sweep, records), LIVE);
    const fits = table.length + 3 < rows && table.every((line) => line.length <= columns);
    update([bar(latest), statusLine(latest), ...(fits ? ['', ...table] : [])].join('\n'));
  };
  const timer = setInterval(draw, REFRESH);
  return {
    record(record) {
      records.push(record as SweepRecord);
      changed = true;
    },
    show(progress) {
      latest = progress;
      changed = true;
    },
    say(line) {
      update.clear();
      stream.write(`${line}\n`);
      changed = true;
    },
    stop() {
      clearInterval(timer);
      update.clear();
      update.done();
    },
  };
}

/** What is known of each cell while a sweep runs. */
const LIVE: readonly CellColumn[] = [
  ['ended', ({ records, runs }: SweepCell) => `${records.length} of ${runs}`],
  ['recovered all', ({ recovered, done }) => recoveredShare(recovered, done)],
  ['failed', ({ failed }) => (failed > 0 ? `${failed}` : '')],
];

const BAR_WIDTH = 32;

function bar({ done, failed, total }: TaskProgress): string {
  const share = total === 0 ? 1 : (done + failed) / total;
  const filled = Math.round(BAR_WIDTH * share);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${Math.floor(100 * share)} %`;
}

function statusLine({ done, failed, running, total, held, secondsLeft }: TaskProgress): string {
  return [
    `${done + failed} of ${total} runs ended`,
    ...(held > 0 ? [`${held} of them before`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${running} running`,
    ...(!secondsLeft ? [] : [`${duration(secondsLeft)} left`]),
  ].join(', ');
}

/** A line for every failure, and about twenty lines on the way. */
function lines(stream: Output): SweepProgress {
  let last: number | undefined;
  return {
    record(record, from) {
      if (from === 'store' || record.status === 'done') return;
      stream.write(`a run failed: ${record.error.name}: ${record.error.message}\n`);
    },
    show(progress) {
      const { done, failed, total, held } = progress;
      const step = Math.floor((20 * (done + failed)) / total);
      if (step === last) return;
      if (last === undefined && held === total) return;
      last = step;
      stream.write(`${statusLine(progress)}\n`);
    },
    say: (line) => stream.write(`${line}\n`),
    stop() {},
  };
}
