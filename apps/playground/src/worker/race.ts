import { type Backend, createReferenceBackend } from '@softmoe/backend';
import type { MoE, Points } from '@softmoe/model';
import { createDataset, createStudent, createTeacher } from '@softmoe/teacher';
import type { RaceReport, Racer, RacerName, WorkerName } from '../protocol.ts';
import { lackOf, tfjsBackend } from './backend.ts';

/** What is raced over: the sizes of the story, and a batch that plain JavaScript gets done in a blink. */
const TRACK = { inputDim: 256, teachers: 4, students: 16, batchSize: 1024, rounds: 9 };

/** Milliseconds of a racer's turn, in which it does at least one step. */
const TURN = 120;

/** How far a loss may be from that in float64, relative to it. */
const CLOSE = 1e-4;

type Composed = 'wasm' | 'cpu';

interface Runner extends Racer {
  readonly run?: Backend;
  readonly speeds: number[];
}

/** The training step that is raced: loss and gradient of one student on one batch. */
interface Step {
  readonly model: MoE;
  readonly batch: Points;
}

/**
 * A race of one training step on everything that this browser can do it with: in each round every racer has its turn, and
 * the order turns, too. All compute on the same batch, and who is not within {@link CLOSE} of the loss in float64 is out.
 */
export async function* race(engine: WorkerName, track = TRACK): AsyncGenerator<RaceReport> {
  const step = stepOf(track);
  const { loss } = await createReferenceBackend().lossAndGradient(step.model, step.batch);
  const runners: Runner[] = [];
  for (const [name, start] of entriesOf(engine)) runners.push(await enter(name, start, step, loss));
  yield reportOf(runners, 0, track);
  for (let round = 0; round < track.rounds; round++) {
    const order = runners.map((_, i) => runners[(i + round) % runners.length]);
    for (const runner of order) {
      if (runner?.run && runner.why === undefined) {
        runner.speeds.push(await speedOf(runner.run, step));
      }
      yield reportOf(runners, round, track);
    }
  }
  yield reportOf(runners, track.rounds, track);
}

function stepOf({ inputDim, teachers, students, batchSize }: typeof TRACK): Step {
  const kind = {
    inputDim,
    gate: 'sigmoid',
    expert: { kind: 'hermite', degree: 3 },
    seed: 1,
  } as const;
  const teacher = createTeacher({ ...kind, experts: teachers, geometry: { kind: 'orthonormal' } });
  const model = createStudent({ ...kind, experts: students, amplitude: 0.5 });
  const { inputs, targets, size } = createDataset(teacher, { seed: 1, size: batchSize });
  // Rounded to float32, so that racers of either precision have the same numbers before them.
  const rounded = { inputs: Float32Array.from(inputs), targets: Float32Array.from(targets) };
  return { model, batch: { ...rounded, size } };
}

function entriesOf(engine: WorkerName): readonly [RacerName, () => Promise<Backend>][] {
  const composed = async (name: Composed) => {
    const { createTfjsBackend } = await import('@softmoe/backend-tfjs');
    return createTfjsBackend(name, { kernels: 'composed' });
  };
  const lack = lackOf(engine);
  const onWasm = (start: () => Promise<Backend>) =>
    lack === undefined ? start : () => Promise.reject(new Error(lack));
  return [
    ['relaxed', onWasm(() => tfjsBackend('relaxed'))],
    ['simd', onWasm(() => tfjsBackend('simd'))],
    ['composed', onWasm(() => composed('wasm'))],
    ['cpu', () => composed('cpu')],
    ['float64', async () => createReferenceBackend()],
  ];
}

/** A racer that has shown that it computes the loss, and is warm. */
async function enter(
  name: RacerName,
  start: () => Promise<Backend>,
  step: Step,
  expected: number,
): Promise<Runner> {
  try {
    const run = await start();
    const { loss } = await run.lossAndGradient(step.model, step.batch);
    const error = Math.abs(loss / expected - 1);
    const why = error <= CLOSE ? {} : { why: `Its loss is off by ${error.toExponential(1)}.` };
    return { name, run, backend: run.info, error, ...why, speeds: [] };
  } catch (error) {
    return { name, why: error instanceof Error ? error.message : String(error), speeds: [] };
  }
}

/** Steps a second over a turn. */
async function speedOf(run: Backend, { model, batch }: Step): Promise<number> {
  const since = performance.now();
  let steps = 0;
  let seconds = 0;
  do {
    await run.lossAndGradient(model, batch);
    steps++;
    seconds = (performance.now() - since) / 1000;
  } while (seconds < TURN / 1000);
  return steps / seconds;
}

function reportOf(runners: readonly Runner[], round: number, track: typeof TRACK): RaceReport {
  const { inputDim, students, batchSize, rounds } = track;
  const racers = runners.map(({ run: _, speeds, ...racer }): Racer => {
    const sorted = [...speeds].sort((a, b) => a - b);
    const speed = sorted[Math.floor(sorted.length / 2)];
    return speed === undefined ? racer : { ...racer, speed };
  });
  return { inputDim, students, batchSize, round, rounds, racers };
}
