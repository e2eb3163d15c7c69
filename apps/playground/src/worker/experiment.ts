import type { Backend } from '@softmoe/backend';
import {
  type Config,
  createExperiment,
  type ExperimentEvent,
  restoreExperiment,
} from '@softmoe/lab';
import type { Frame, Imported, PruneReport, Source } from '../protocol.ts';
import { readFile } from './file.ts';
import { readSource } from './source.ts';
import { thisPage } from './this-page.ts';

/** What a source describes: its config, what its run began on, what of it came from a file, and what was done to that. */
export async function startOf(source: Source) {
  const machine = thisPage();
  if (source.kind === 'snapshot') {
    const { snapshot } = source;
    return {
      config: snapshot.config,
      begun: snapshot.backend,
      imported: importedIn(snapshot),
      read: [],
      create: (backend: Backend | undefined) =>
        restoreExperiment(snapshot, { machine, ...(backend && { backend }) }),
    };
  }
  const start = source.kind === 'file' ? await readFile(source) : readSource(source);
  const { config, student, teacher, warnings: read = [], bare } = start;
  return {
    config,
    begun: undefined,
    imported: importedIn({ student, teacher }, bare),
    read,
    create: (backend: Backend | undefined) =>
      createExperiment(config, {
        machine,
        ...(backend && { backend }),
        ...(student && { student }),
        ...(teacher && { teacher }),
      }),
  };
}

function importedIn(
  { teacher, student }: { readonly teacher?: unknown; readonly student?: unknown },
  bare = false,
): Imported | undefined {
  if (teacher) return { as: 'teacher', bare };
  return student ? { as: 'student', bare } : undefined;
}

/** A record without its state, for the page. */
export function frameOf(event: Extract<ExperimentEvent, { record: unknown }>): Frame {
  const { state: _, ...record } = event.record;
  if (event.phase === 'finetune') return { phase: event.phase, stage: event.stage, record };
  const { phase, landscape } = event;
  return { phase, record, ...(landscape ? { landscape } : {}) };
}

/** What the page shows of a pruning: models stay here. */
export function reportOfPruning(
  { pruned }: Extract<ExperimentEvent, { phase: 'prune' }>,
  config: Config,
): PruneReport {
  const { kept, merged, curve, lossBefore, lossAfter } = pruned;
  return {
    kept,
    merged,
    curve: curve.map(({ size, loss }) => ({ size, loss })),
    lossBefore,
    lossAfter,
    time: config.train.time,
  };
}
