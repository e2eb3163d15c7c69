import type { RaceReport, Reply } from '../protocol.ts';
import { OwnWorker } from './own-worker.svelte.ts';

/** A race of one training step on all that this browser can do it with. */
export class Race extends OwnWorker {
  report: RaceReport | undefined = $state.raw();

  start(): void {
    this.report = undefined;
    this.ask({ type: 'race' });
  }

  protected override get begun(): boolean {
    return this.report !== undefined;
  }

  protected override take(reply: Reply): void {
    if (reply.type !== 'race') return;
    this.report = reply.report;
    if (reply.report.round === reply.report.rounds) this.stop();
  }
}
