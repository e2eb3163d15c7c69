import {
  type Extent,
  findingsOf,
  type JudgedClaim,
  type ReproduceProgress,
  reproduce,
  selectClaims,
  withInterval,
  writeReproduction,
} from '@softmoe/claims';
import { createTaskPool, openTaskStore } from '@softmoe/tasks';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { duration } from '../numbers.ts';
import { listenForStop, tasksEndedEarly } from '../stop-signals.ts';
import type { Streams } from '../streams.ts';
import { fit, tableLines } from '../table.ts';
import { worker } from '../worker.ts';
import { createReproductionProgress } from './reproduction-progress.ts';

export interface ExecuteReproductionOptions {
  readonly jobs: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly strict?: boolean;
}

/** Measures and judges the claims of these ids, shows and keeps the findings, and tells the exit code. */
export async function executeReproduction(
  ids: readonly string[] | undefined,
  extent: Extent,
  folder: string,
  { jobs, json, quiet, strict }: ExecuteReproductionOptions,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  const claims = selectClaims(ids);
  const store = await openTaskStore(folder);
  const pool = createTaskPool({ worker, concurrency: jobs });
  const stop = listenForStop();
  const progress = quiet ? undefined : createReproductionProgress(stderr);
  const announce = ({ total, recorded, secondsLeft }: ReproduceProgress) => {
    const known = recorded > 0 ? `, ${recorded} of them recorded before` : '';
    stderr.write(
      `${claims.length} claims at scale ${extent.scale}, seeds from ${extent.seedOffset} on: ${total} measurements${known}; ` +
        `${duration(secondsLeft)} on ${jobs} ${jobs === 1 ? 'core' : 'cores'} by estimate\n`,
    );
  };
  try {
    const judged = await reproduce({
      claims,
      extent,
      store,
      pool,
      signal: stop.signal,
      onStart: (state) => {
        if (!quiet) announce(state);
      },
      onProgress: (state) => progress?.show(state),
    });
    progress?.stop();
    const written = await writeReproduction(folder, judged, extent);
    stdout.write(
      json
        ? `${JSON.stringify(findingsOf(judged, extent), null, 2)}\n`
        : `${fit(tableOf(judged).join('\n'))}\n\nreport: ${written.report}\n`,
    );
    const allHold = judged.every(({ finding }) => finding.verdict === 'holds');
    return strict && !allHold ? exitCodes.notAllHold : exitCodes.recovered;
  } catch (error) {
    progress?.stop();
    return tasksEndedEarly(error, stop, stderr, 'the same command goes on from there');
  } finally {
    stop.release();
    await pool.close();
  }
}

const marks = { holds: '✔', fails: '✘', undecided: '?' } as const;

/** A line for each claim: its verdict and its key number. */
function tableOf(judged: readonly JudgedClaim[]): string[] {
  return tableLines(
    ['', 'claim', 'verdict', 'key number', '95 % interval over seeds'],
    judged.map(({ claim, finding }) => {
      const key = finding.numbers[0];
      const verdict = `${marks[finding.verdict]} ${finding.verdict}`;
      return [claim.id, claim.title, verdict, key?.label ?? '', key ? withInterval(key) : ''];
    }),
    { left: 5 },
  );
}
