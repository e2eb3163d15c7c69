import { createReferenceBackend } from '@softmoe/backend';
import { type Certificate, certify, type ProofRequest } from '@softmoe/certify';
import { type Estimator, type MoE, toSpan, type Watch } from '@softmoe/model';
import { requireModel, requireSameInputs, requireSameKind } from '@softmoe/model/checks';
import { hasClosedForm, population } from '@softmoe/population';
import { sampled } from '@softmoe/sampled';
import { createDataset, type Identifiability, identifiability } from '@softmoe/teacher';

/** How {@link certifyModels} is followed and stopped, and how far its proof goes. */
export interface CertifyModelsOptions extends Watch {
  /** More than 16 units are proved only where `maxUnits` says so; `false` for no proof. */
  readonly proof?: Pick<ProofRequest, 'maxUnits'> | false | undefined;
  /** Points of the fixed sample that stands for the loss where that has no closed form. Default 8192. */
  readonly sampleSize?: number | undefined;
}

/** What is known of a student as an approximation of a teacher, whoever trained it. */
export interface CertifiedModels {
  readonly certificate: Certificate;
  /** ½E y², the loss of no unit at all. */
  readonly nullLoss: number;
  readonly identifiability: Identifiability;
}

const SAMPLE = 8192;

/**
 * The certificate of a student against a teacher of any size, on the exact loss, or on a fixed sample where that has no closed
 * form, with the proof of docs/theory.md (66) where there is one. Throws `ShapeError` for models of different input dimensions, `ValueError` for different gates, experts or routing, and
 * the reason of `signal` once that has aborted.
 */
export async function certifyModels(
  student: MoE,
  teacher: MoE,
  { proof, sampleSize = SAMPLE, ...watch }: CertifyModelsOptions = {},
): Promise<CertifiedModels> {
  requireModel('student', student);
  requireModel('teacher', teacher);
  requireSameInputs('student', student, teacher);
  requireSameKind(student.spec, teacher.spec);
  const span = toSpan(student, teacher);
  const estimator = lossAgainst(span.teacher, sampleSize);
  const certificate = await certify(span.student, estimator, {
    target: span.teacher,
    inputDim: teacher.spec.inputDim,
    proof: proof === false ? false : { ...proof, subject: { student, teacher } },
    ...watch,
  });
  const { target } = await estimator.gram(span.teacher);
  return { certificate, nullLoss: target / 2, identifiability: identifiability(teacher) };
}

/** The exact loss against a teacher, or that on a fixed sample of `sampleSize` points where it has no closed form. */
export function lossAgainst(teacher: MoE, sampleSize: number = SAMPLE): Estimator {
  return hasClosedForm(teacher.spec)
    ? population(teacher)
    : sampled(
        createDataset(teacher, { seed: 0, size: sampleSize, stream: 'certify/sample' }),
        createReferenceBackend(),
      );
}
