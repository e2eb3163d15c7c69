import { dot, lineY, type Markish, text } from '@observablehq/plot';
import { courseOf, lastStage, type RecordLine } from '@softmoe/lab';
import { DRAWN, decades, drawable } from './axes.ts';
import { agreementOf } from './convergence.ts';
import { thinned } from './course.ts';
import type { Figure } from './draw.ts';
import { fixed, lossWords, plural, readable } from './format.ts';
import { color } from './palette.ts';
import { predictedLine } from './predicted-line.ts';

/** What the certificate figure draws: records from the start of learning on, and the factors of the loss per step. */
export interface CertificateFigureData {
  readonly records: readonly RecordLine[];
  /** What a step multiplies the loss by; null where the method does not converge linearly. */
  readonly contraction: { readonly predicted: number | null; readonly measured: number | null };
}

/** At most this many points of the run are marked, so that the predicted line is seen between them. */
const DOTS = 28;

/** A loss below this share of the first is zero; one above is a minimum of its own, and what counts is the height above it. */
const ZERO = 1e-12;

/** Loss over the steps of exact fine-tuning, above its end if that is not zero, and the slope that the Hessian predicts. */
export function certificateFigure({ records, contraction }: CertificateFigureData): Figure {
  const tuned = thinned(lastStage(courseOf(records)));
  const end = tuned.at(-1)?.loss ?? 0;
  const limit = Math.abs(end) <= ZERO * (records[0]?.loss ?? 0) ? 0 : end;
  const exact = tuned
    .map((record) => ({ ...record, loss: record.loss - limit }))
    .filter(({ loss }) => loss > 0 || limit === 0);
  const { predicted, measured } = contraction;
  const line = predictedLine(exact, predicted, DRAWN);
  const every = Math.max(1, Math.ceil(exact.length / DOTS));
  const dots = exact.filter((_, i) => i % every === 0);
  const y = ({ loss }: { loss: number }) => drawable(loss);
  const notes: Markish[] = [
    note(measured === null ? undefined : `○ measured: ×${fixed(measured, 6)} a step`, -18),
    note(
      predicted === null || line.length === 0
        ? undefined
        : `┅ predicted: ×${fixed(predicted, 6)} a step`,
      0,
    ),
  ];
  return {
    name: 'certificate',
    title: 'Fine-tuning against its prediction',
    caption: captionOf(tuned, records[0]?.loss, contraction, line.length > 0),
    options: {
      height: 320,
      marginTop: 32,
      x: {
        label: 'steps of fine-tuning',
        ticks: Math.min(6, exact.at(-1)?.step ?? 0),
        tickFormat: 'd',
      },
      y: decades(exact.map(y), limit === 0 ? 'loss' : `loss above ${readable(limit, 3)}`),
      marks: [
        lineY(line, {
          x: ({ total }) => total - (exact[0]?.total ?? 0),
          y: 'loss',
          stroke: color('high'),
          strokeWidth: 3,
          strokeDasharray: '2 5',
          strokeLinecap: 'round',
        }),
        lineY(line.length > 0 ? [] : exact, { x: 'step', y, strokeOpacity: 0.4 }),
        dot(dots, { x: 'step', y, r: 3.5, stroke: 'currentColor', strokeWidth: 1.5 }),
        ...notes,
      ],
    },
  };
}

function note(label: string | undefined, dy: number): Markish {
  return text(label === undefined ? [] : [label], {
    frameAnchor: 'top-right',
    textAnchor: 'end',
    lineAnchor: 'top',
    dx: -8,
    dy: 24 + dy,
    fontVariant: 'tabular-nums',
    fontWeight: 600,
  });
}

function captionOf(
  exact: readonly RecordLine[],
  scale: number | undefined,
  contraction: CertificateFigureData['contraction'],
  drawn: boolean,
): string {
  const [first, last] = [exact[0], exact.at(-1)];
  if (!first || !last) return 'Fine-tuning has not begun.';
  const run = `The loss over ${plural(last.step, 'step')} of fine-tuning, from ${lossWords(first.loss, scale)} to ${lossWords(last.loss, scale)}`;
  const agreement = agreementOf(contraction);
  if (!agreement) return `${run}.`;
  return (
    `${run}${drawn ? ', and the line that the eigenvalues of the Hessian at the end predict (dotted)' : ''}. ` +
    `The measured rate is ${fixed(100 * agreement.ratio, 2)} % of the predicted one.`
  );
}
