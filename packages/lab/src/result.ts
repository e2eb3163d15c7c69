import type { BackendInfo } from '@softmoe/backend';
import type { Certificate } from '@softmoe/certify';
import { type MoE, parameterError } from '@softmoe/model';
import { hasFreeRouters, hasOwnGates } from '@softmoe/model/checks';
import { rowNorms } from '@softmoe/model/linalg';
import type { CurvePoint, Pruned } from '@softmoe/prune';
import { identifiability } from '@softmoe/teacher';
import { alignment, type TrainRecord, type TrainState } from '@softmoe/train';
import { adviceFor, cliffWarnings, coarseWarnings, configWarnings } from './advice.ts';
import type { Config } from './config.ts';
import { RESULT_FORMAT } from './formats.ts';
import type { Milestones } from './milestones.ts';
import { hasClosedForm } from './own-parts.ts';
import type { Summary } from './result-schema.ts';

/** An overlap from which on a teacher expert, or its router, counts as recovered. */
export const RECOVERED = 0.9;

/** What an experiment found: the summary of it, and the models. */
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
  /** What samples were computed on, if there were any. */
  readonly backend: BackendInfo | undefined;
  readonly start: { readonly loss: number };
  readonly trained: { readonly record: TrainRecord };
  readonly pruned: Pruned;
  readonly refined: TrainState | undefined;
  readonly certificate: Certificate;
  readonly finetuneSteps: number;
  readonly milestones: Milestones;
  /** Of each teacher expert in the null loss. */
  readonly shares: readonly number[];
  readonly timing: Summary['timing'];
  readonly setupSeconds: number;
  readonly models: ExperimentResult['models'];
}

export function resultOf(findings: Findings): ExperimentResult {
  const { config, certificate, models, pruned, refined, shares, timing, trained } = findings;
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
            ...(shares[j] === undefined ? {} : { share: shares[j] }),
          },
        ],
  );
  const survivors = models.final.spec.experts;
  const errorOf = (model: MoE) =>
    survivors === config.teachers ? parameterError(model, models.teacher) : null;
  return {
    format: RESULT_FORMAT,
    inputDim: config.inputDim,
    teachers: config.teachers,
    students: config.students,
    seed: config.seed,
    engine: config.engine,
    variant: {
      sampled: kernelsOf(findings.backend),
      population: hasClosedForm(config) ? (config.variant ?? 'float64') : null,
    },
    recovered: config.teachers - missing.length,
    identifiability: identifiability(models.teacher),
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
    ...routerLengths(models.final, models.teacher, student),
    milestones: findings.milestones,
    missing,
    advice: adviceFor({
      config,
      milestones: findings.milestones,
      trainedLoss: trained.record.loss,
      left: pruned.lossBefore / nullLossOf(pruned),
      missing,
      survivors,
    }),
    warnings: [
      ...configWarnings(config),
      ...coarseWarnings(findings.milestones),
      ...cliffWarnings(pruned, config),
    ],
    elimination: pruned.curve.map(({ size, loss }: CurvePoint) => ({ size, loss })),
    certificate,
    steps: { train: trained.record.step, finetune: findings.finetuneSteps },
    seconds: findings.setupSeconds + timing.train + timing.prune + timing.finetune,
    timing,
    config,
    models,
  };
}

/** How long routers that have lengths of their own are, of units `matched` to those of the teacher. */
function routerLengths(
  student: MoE,
  teacher: MoE,
  matched: readonly number[],
): Pick<Summary, 'routerLengths'> {
  if (!hasFreeRouters(teacher.spec)) return {};
  const own = rowNorms(student.params.router);
  return {
    routerLengths: {
      teacher: [...rowNorms(teacher.params.router)],
      student: matched.map((unit) => own[unit] ?? null),
    },
  };
}

function kernelsOf(backend: BackendInfo | undefined): string | null {
  if (!backend) return null;
  return backend.simd === 'none' ? backend.precision : backend.simd;
}

/** A gate that a single unit shares with none is 1 whatever its router is: there is none to recover. */
function hasRouters({ spec }: MoE): boolean {
  return hasOwnGates(spec.routing) || spec.experts > 1;
}

/** ½E y², the loss of no unit at all, at which elimination curves end. */
function nullLossOf({ curve }: Pruned): number {
  return curve.at(-1)!.loss;
}

/** The part of a result that is plain data. */
export function summaryOf({ models: _, ...summary }: ExperimentResult): Summary {
  return summary;
}
