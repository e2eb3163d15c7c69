import { median } from '../table.js';

/**
 * Times one task of all peers in turns, so that a busy machine slows them alike. A peer whose step is longer than its
 * turn sits out rounds until it has used no more than its share, but not the first three. Returns by peer the median and the
 * least milliseconds a step, the number of timings, and the median loss.
 */
export async function timeInTurns(processes, task, { rounds, turn, warmUp }) {
  const results = new Map(
    processes.map(({ name, variant }) => [
      name,
      { variant, spent: 0, milliseconds: [], losses: [] },
    ]),
  );
  for (const process of processes) await process.ask('turn', { task, milliseconds: warmUp });
  for (let round = 0; round < rounds; round++) {
    for (const process of processes) {
      const result = results.get(process.name);
      if (round >= 3 && result.spent > turn * round) continue;
      const { milliseconds, losses } = await process.ask('turn', { task, milliseconds: turn });
      result.spent += Math.max(turn, milliseconds[0]);
      // The first step after the others have had the caches is not counted where there are more.
      const first = milliseconds.length > 1 ? 1 : 0;
      result.milliseconds.push(...milliseconds.slice(first));
      result.losses.push(...losses);
    }
  }
  return new Map([...results].map(([name, result]) => [name, summary(result)]));
}

function summary({ variant, milliseconds, losses }) {
  return {
    variant,
    timings: milliseconds.length,
    milliseconds: median(milliseconds),
    least: milliseconds.reduce((a, b) => Math.min(a, b)),
    loss: median(losses),
  };
}
