import type { Certificate } from '@softmoe/certify';
import { type MoE, parameterError } from '@softmoe/model';
import { hasOwnGates } from '@softmoe/model/checks';
import type { CurvePoint, Pruned } from '@softmoe/prune';
import { alignment, type TrainRecord, type TrainState } from '@softmoe/train';
import { type Config, configWarnings } from './config.ts';
import type { Milestones } from './milestones.ts';

/** An overlap from which on a teacher expert, or its router, counts as recovered. */
export const RECOVERED = 0.9;

/** Of each teacher expert with the student matched to it. */
interface Overlaps {
  readonly expert: readonly number[];
  readonly router: readonly number[];
}

/** What result.json holds: plain data. */
export interface Summary {
  readonly inputDim: number;
  readonly teachers: number;
  readonly students: number;
  readonly seed: number;
  readonly engine: Config['engine'];
  /**
   * Teacher experts whose expert and router the final student matches with an overlap of at least 0.9. Where
   * units share their gates that of the router is between the directions of ∇log π_j(0); a single unit has none to match.
   */
  readonly recovered: number;
  /** Units left after pruning. */
  readonly survivors: number;
  /** For each of them, the student units that it was made of, by number from 1: first the one that it stands for. */
  readonly origins: readonly (readonly number[])[];
  /** Largest absolute difference over all parameters up to symmetry; null unless survivors = teachers. */
  readonly parameterError: number | null;
  readonly loss: {
    /** Of an engine that samples, on its first batch. */
    readonly start: number;
    /** Of an engine that samples, on the samples that pruning is done on, as `pruned` is. */
    readonly trained: number;
    readonly pruned: number;
    readonly final: number;
  };
  /** Where fine-tuning on fresh samples ended, before its last stage; null but for the online engine. */
  readonly online: {
    readonly steps: number;
    readonly loss: number;
    readonly parameterError: number | null;
  } | null;
  /** What a step of fine-tuning multiplies the loss by; null where it was not linear. */
  readonly contraction: { readonly predicted: number | null; readonly measured: number | null };
  /** Overlaps of the final student by teacher expert, and those that it had when training ended. */
  readonly alignment: Overlaps & { readonly trained: Overlaps };
  readonly milestones: Milestones;
  /** Teacher experts that were not recovered, by number from 1, with the final overlaps of the unit matched to each. */
  readonly missing: readonly {
    readonly teacherExpert: number;
    /** Whether a unit was left to be matched to it. */
    readonly matched: boolean;
    readonly expert: number;
    readonly router: number;
  }[];
  /** What to change so that the run recovers more, if anything. */
  readonly advice: readonly string[];
  readonly warnings: readonly string[];
  /** Size against loss after refit. */
  readonly elimination: readonly { readonly size: number; readonly loss: number }[];
  readonly certificate: Certificate;
  readonly steps: { readonly train: number; readonly finetune: number };
  readonly seconds: number;
  readonly timing: { readonly train: number; readonly prune: number; readonly finetune: number };
  readonly config: Config;
}

export interface ExperimentResult extends Summary {
  readonly models: {
    readonly teacher: MoE;
    readonly trained: MoE;
    readonly pruned: MoE;
    /** After fine-tuning on fresh samples; online engine only. */
    readonly refined?: MoE;
    readonly final: MoE;
  };
}

/** What the phases found, from which the result is told. */
export interface Findings {
  readonly config: Config;
  readonly start: { readonly loss: number };
  readonly trained: { readonly record: TrainRecord };
  readonly pruned: Pruned;
  readonly refined: TrainState | undefined;
  readonly certificate: Certificate;
  readonly finetuneSteps: number;
  readonly milestones: Milestones;
  readonly timing: Summary['timing'];
  readonly setupSeconds: number;
  readonly models: ExperimentResult['models'];
}

export function resultOf(findings: Findings): ExperimentResult {
  const { config, certificate, models, pruned, refined, timing, trained } = findings;
  const { student, expert, router } = alignment(models.final, models.teacher);
  const gated = hasRouters(models.teacher);
  const missing = expert.flatMap((overlap, j) =>
    overlap >= RECOVERED && (!gated || router[j]! >= RECOVERED)
      ? []
      : [
          {
            teacherExpert: j + 1,
            matched: student[j]! >= 0,
            expert: overlap,
            router: router[j]!,
          },
        ],
  );
  const survivors = models.final.spec.experts;
  const errorOf = (model: MoE) =>
    survivors === config.teachers ? parameterError(model, models.teacher) : null;
  return {
    inputDim: config.inputDim,
    teachers: config.teachers,
    students: config.students,
    seed: config.seed,
    engine: config.engine,
    recovered: config.teachers - missing.length,
    survivors,
    origins: pruned.merged.map((units) => units.map((unit) => unit + 1)),
    parameterError: errorOf(models.final),
    loss: {
      start: findings.start.loss,
      trained: config.engine === 'exact' ? trained.record.loss : pruned.lossBefore,
      pruned: pruned.lossAfter,
      final: certificate.loss,
    },
    online: refined
      ? {
          steps: refined.step,
          loss: refined.evaluation.loss,
          parameterError: errorOf(refined.model),
        }
      : null,
    contraction: {
      predicted: certificate.predictedContraction ?? null,
      measured: certificate.measuredContraction ?? null,
    },
    alignment: {
      expert,
      router,
      trained: {
        expert: trained.record.alignment?.expert ?? [],
        router: trained.record.alignment?.router ?? [],
      },
    },
    milestones: findings.milestones,
    missing,
    advice: adviceFor(findings, missing.length, survivors),
    warnings: [...configWarnings(config), ...cliffWarnings(pruned, config)],
    elimination: pruned.curve.map(({ size, loss }: CurvePoint) => ({ size, loss })),
    certificate,
    steps: { train: trained.record.step, finetune: findings.finetuneSteps },
    seconds: findings.setupSeconds + timing.train + timing.prune + timing.finetune,
    timing,
    config,
    models,
  };
}

/** A gate that a single unit shares with none is 1 whatever its router is: there is none to recover. */
function hasRouters({ spec }: MoE): boolean {
  return hasOwnGates(spec.routing) || spec.experts > 1;
}

/** Below this ratio a cliff tells one size from another no better than chance would. */
const CLEAR_CLIFF = 2;

function cliffWarnings({ curve, kept }: Pruned, { prune }: Config): string[] {
  const lossAt = (size: number) => curve.find((point) => point.size === size)?.loss ?? 0;
  const ratio = lossAt(kept.length - 1) / lossAt(kept.length);
  if (prune.rule !== 'cliff' || !(ratio < CLEAR_CLIFF)) return [];
  return [
    `The elimination curve has no clear cliff: its largest ratio is ${ratio.toPrecision(3)}, at ${kept.length} units.`,
  ];
}

/** The part of a result that is plain data. */
export function summaryOf({ models: _, ...summary }: ExperimentResult): Summary {
  return summary;
}

function adviceFor(
  { config, milestones, trained }: Findings,
  missing: number,
  survivors: number,
): string[] {
  const { teachers, students, seed, train } = config;
  const advice: string[] = [];
  if (students < teachers) {
    advice.push(`Use more students: ${teachers} teacher experts need at least ${teachers}.`);
  } else if (missing > 0) {
    if (students < 5 * teachers) {
      advice.push(`Use more students, such as --students ${5 * teachers}.`);
    }
    const late = milestones.expert.some((time) => time === null || time > train.time / 2);
    if (late) advice.push(`Train longer, such as --train-time ${2 * train.time}.`);
    if (survivors < teachers) {
      advice.push(
        `Pruning kept only ${survivors} units: give the size with --prune size:N, or a tolerance.`,
      );
    }
    advice.push(`Start elsewhere, such as --seed ${seed + 1}.`);
  } else if (survivors > teachers) {
    advice.push(
      `Pruning kept ${survivors} units: train longer (the loss was ${trained.record.loss.toExponential(1)} when ` +
        `training ended), or give the size with --prune size:N.`,
    );
  }
  return advice;
}
