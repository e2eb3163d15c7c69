import type { Reply, SweepPoint } from '../protocol.ts';
import { OwnWorker } from './own-worker.svelte.ts';

const DIMENSIONS = [32, 64, 128, 256, 512, 1024, 2048, 4096];
const SEEDS = 5;

/** Small runs over many dimensions. */
export class Sweep extends OwnWorker {
  points: readonly SweepPoint[] = $state.raw([]);
  readonly total: number = DIMENSIONS.length * SEEDS;

  start(): void {
    this.points = [];
    this.ask({ type: 'sweep', id: 1, dimensions: DIMENSIONS, seeds: SEEDS });
  }

  protected override get begun(): boolean {
    return this.points.length > 0;
  }

  protected override take(reply: Reply): void {
    if (reply.type !== 'sweep') return;
    if (reply.point) this.points = [...this.points, reply.point];
    else this.stop();
  }
}
