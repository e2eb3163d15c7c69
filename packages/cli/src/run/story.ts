import { join } from 'node:path';
import {
  adviceWords,
  agreementOf,
  contractedWords,
  identifiabilityWords,
  lossBound,
  plural,
  proofSentences,
  routerLengthWords,
  stateWords,
} from '@softmoe/figures/words';
import {
  type Fall,
  fallsOf,
  gateName,
  hasMean,
  isCoarse,
  type MetPair,
  type Milestones,
  metPairs,
  orderOf,
  type Summary,
  steepest,
} from '@softmoe/lab';
import { hasOwnGates } from '@softmoe/model/checks';
import { isCertified, type Run, shellWord } from '@softmoe/runs';
import {
  flowTime,
  lossCell,
  lossWords,
  readable,
  seconds,
  signed,
  significant,
} from '../numbers.ts';
import { tableLines } from '../table.ts';

/** What is being run, in two lines, before it runs. */
export function introduction({ config }: { config: Summary['config'] }): string {
  const { inputDim, teachers, students, engine, seed } = config;
  return [
    `A teacher of ${plural(teachers, 'expert')} in ${inputDim} dimensions, ${teacherWords(config)}; a student of ${plural(students, 'expert')} at a random start.`,
    `Both route softly through ${gatesOf(config)}. Routers and experts learn jointly on ${losses[engine]}${inSpan(config) ? ', drawn in the span of both models' : ''}; seed ${seed}.`,
    ...ownLines(config),
  ].join('\n');
}

/** A line for the gate and the expert of the user's own: where each comes from, and how well its expectations are known. */
function ownLines({ gate, expert, routing, engine }: Summary['config']): string[] {
  const from = (module = 'code', sha256?: string) =>
    `from ${module}${sha256 === undefined ? '' : ` (SHA-256 ${sha256.slice(0, 12)}…)`}`;
  const ofGate =
    typeof gate === 'object' && hasOwnGates(routing)
      ? [
          `The gate ${gate.name} is ${from(gate.module, gate.sha256)}` +
            (engine === 'exact' && gate.error !== undefined
              ? `; expectations are by quadrature, to ${gate.error}.`
              : '.'),
        ]
      : [];
  const ofExpert =
    expert.kind === 'own'
      ? [`The expert ${expert.name} is ${from(expert.module, expert.sha256)}.`]
      : [];
  return [...ofGate, ...ofExpert];
}

/** How the teacher's directions lie, or where it comes from. */
function teacherWords({ geometry, teacher }: Summary['config']): string {
  if (teacher) {
    return `${teacher.file ? `read from ${teacher.file}` : 'given'} (SHA-256 ${teacher.sha256.slice(0, 12)}…)`;
  }
  return geometry.kind === 'correlated' ? `correlated (${geometry.overlap})` : geometry.kind;
}

const losses: Readonly<Record<Summary['config']['engine'], string>> = {
  exact: 'the exact population loss',
  subspace: 'fresh samples of the population loss in span coordinates',
  online: 'fresh samples',
};

/** Whether the batches of SGD are drawn in the span, which does not change their law. */
function inSpan({ train }: Summary['config']): boolean {
  return train.sampling === 'span';
}

function gatesOf(config: Summary['config']): string {
  const { routing } = config;
  return hasOwnGates(routing) ? `${gateName(config)} gates` : `${routing} gates that compete`;
}

/** The run in the order of the abstract: experts align, routers follow, pruning, linear convergence. */
export function story(result: Summary): string {
  return [learned(result), pruned(result), finetuned(result), verdict(result)].join('\n\n');
}

function learned({
  config,
  milestones,
  students,
  loss,
  steps,
  timing,
  alignment,
}: Summary): string {
  const pairs = metPairs(milestones);
  const rows = milestones.expert.map((expert, j) => {
    const router = milestones.router[j]!;
    return [
      `${j + 1}`,
      timeWords(expert, milestones.step?.expert[j]),
      timeWords(router, milestones.step?.router[j]),
      lagWords(pairs.find(({ teacher }) => teacher === j)),
      alignment.trained.expert[j]!.toFixed(4),
      alignment.trained.router[j]!.toFixed(4),
    ];
  });
  return [
    `1  Learn: ${methodOf(config.train)}, ${steps.train} steps, ${seconds(timing.train)}`,
    ...orderLines(milestones, config),
    ...tableLines(
      ['teacher expert', 'expert at', 'router at', 'lag', 'expert overlap', 'router overlap'],
      rows,
    ),
    `   Overlaps are those at the end of learning. Loss ${readable(loss.start)} → ${lossWords(loss.trained, loss.start)} with ${students} units.`,
  ].join('\n');
}

/** Who came first in how many of the pairs that met, above the table of their times. */
function orderLines(milestones: Milestones, config: Summary['config']): string[] {
  const { routing, teachers } = config;
  const { met, told, expertFirst } = orderOf(milestones);
  // Gates without a mean give an expert no signal before its router either, so that none guides the other.
  const guided = hasOwnGates(routing) && hasMean(config) && expertFirst > 0;
  const first = guided ? 'first and then guides' : 'before';
  const unmet = teachers - met;
  const order =
    met === 0
      ? 'No unit has found both the expert and the router of a teacher unit'
      : told === 0
        ? `The records lie too far apart to tell who came first in ${plural(met, 'pair')}`
        : `In ${expertFirst} of ${plural(told, 'pair')} the expert aligns ${first} its router`;
  return [
    `   ${order} (times at overlap 0.5):`,
    ...(told > 0 && told < met
      ? [`   The records are too far apart to tell in ${met - told} more.`]
      : []),
    ...(met > 0 && unmet > 0
      ? [`   No student unit found both of ${plural(unmet, 'teacher unit')}.`]
      : []),
  ];
}

/** A time, marked as rough where it was interpolated over a step too coarse for it. */
function timeWords(time: number | null | undefined, step: number | null | undefined): string {
  return time && isCoarse(time, step) ? `~${Number(time.toPrecision(1))}` : flowTime(time);
}

function lagWords(pair: MetPair | undefined): string {
  if (!pair) return '–';
  return pair.told ? signed(pair.lag) : '?';
}

function methodOf({ method, flow, step, time }: Summary['config']['train']): string {
  return method === 'adam' ? `Adam at learning rate ${step}` : `${flow} flow to time ${time}`;
}

function pruned({
  config,
  elimination,
  survivors,
  students,
  loss,
  origins,
  timing,
}: Summary): string {
  const shown = elimination.filter(
    ({ size }) => size > 0 && size <= survivors + 2 && size >= survivors - 2,
  );
  const falls = fallsOf(elimination);
  const fall = falls.find(({ size }) => size === survivors);
  const cliff =
    fall && lossBound(fall.here, loss.start) === undefined
      ? `: one unit fewer costs ${significant(fall.ratio)} times the loss`
      : '';
  const merged = origins.some((units) => units.length > 1);
  return [
    `2  Prune: ${students} → ${survivors} units, ${seconds(timing.prune)}`,
    `   Loss after refitting ${hasOwnGates(config.routing) ? 'the best units left' : `the units left${merged ? ', some merged' : ''}`}${cliff}${elsewhere(steepest(falls), survivors)}`,
    ...tableLines(
      ['units', ...shown.map(({ size }) => `${size}${size === survivors ? ' ◄' : ''}`)],
      [['loss', ...shown.map((point) => lossCell(point.loss, loss.start))]],
    ),
    `   ${merged ? 'Duplicates merged, amplitudes' : 'Amplitudes'} refitted: loss ${lossWords(loss.pruned, loss.start)}.`,
  ].join('\n');
}

/** Where the elimination curve falls off, if it does and not at the size that was kept. */
function elsewhere(cliff: Fall | undefined, kept: number): string {
  if (!cliff || cliff.size === kept) return '';
  return cliff.clear
    ? `; the cliff is at ${cliff.size}, of ${significant(cliff.ratio)} times`
    : '; there is no clear cliff';
}

function finetuned(result: Summary): string {
  const { config, certificate, contraction, loss, online, steps, timing } = result;
  const lengths = routerLengthWords(result);
  const gradientDescent = config.finetune.method === 'gradientDescent';
  const name = gradientDescent ? 'gradient descent' : 'Levenberg–Marquardt';
  const lines = [
    `3  Fine-tune: ${online ? `${online.steps} steps on fresh samples${inSpan(config) ? ' drawn in the span' : ''}, then ` : ''}${name}, ${steps.finetune} steps, ${seconds(timing.finetune)}`,
    ...(online
      ? [
          `   On fresh samples${online.parameterError === null ? '' : ` to parameter error ${readable(online.parameterError)}`}; then, since the teacher is known, in float64.`,
        ]
      : []),
    ...(certificate.estimate
      ? [
          `   On a fixed sample of ${config.finetune.sampleSize} points, whose labels make the teacher a minimum of zero loss.`,
        ]
      : []),
    `   Loss ${lossWords(loss.pruned, loss.start)} → ${lossWords(loss.final, loss.start)}.`,
    ...(lengths ? [`   ${lengths}`] : []),
  ];
  const agreement = agreementOf(contraction);
  if (agreement) {
    const { predicted, measured, deviation, agrees } = agreement;
    const spectrum = spectrumOf(certificate);
    lines.push(
      agrees
        ? `   Linear convergence, as the Hessian predicts (${spectrum}):`
        : `   Convergence not as the Hessian predicts (${spectrum}):`,
      `   in its slowest mode a step multiplies ${contractedWords(result)} by ${measured.toFixed(6)}, predicted ${predicted.toFixed(6)}; the rates differ by ${(100 * deviation).toPrecision(2)} %.`,
    );
  }
  return lines.join('\n');
}

/** μ and λ_max, with a standard error where they are estimates of the population's. */
function spectrumOf({ mu, lambdaMax, estimate }: Summary['certificate']): string {
  const of = (value: number, error: number | null | undefined) =>
    error ? `${significant(value)} ± ${error.toPrecision(1)}` : value.toPrecision(5);
  return `μ ${of(mu, estimate?.muError)}, λmax ${of(lambdaMax, estimate?.lambdaMaxError)}`;
}

function verdict(result: Summary): string {
  const { recovered, teachers, survivors, students, parameterError, certificate, missing } = result;
  const error = parameterError === null ? '' : `, parameter error ${readable(parameterError)}`;
  return [
    `${isCertified(result) ? '✔' : '✘'}  ${recovered} of ${teachers} teacher experts recovered, ${students} → ${survivors} units${error}, ${stateWords(certificate)}, ${seconds(result.seconds)} in all`,
    ...(result.identifiability ? [`   ${identifiabilityWords(result.identifiability)}`] : []),
    ...unresolvedWords(certificate),
    ...proofSentences(certificate).map((line) => `   ${line}`),
    ...missing.map(({ teacherExpert, matched, expert, router, share }) => {
      const why = matched
        ? `the nearest unit overlaps ${expert.toFixed(3)} with its expert, ${router.toFixed(3)} with its router`
        : 'no unit is left for it';
      const weight = share === undefined ? '' : `; by itself it is ${readable(share)} of the loss`;
      return `   missed teacher expert ${teacherExpert}: ${why}${weight}`;
    }),
    ...result.advice.map((advice) => `   ${adviceWords(advice)}`),
  ].join('\n');
}

/** Why a loss of zero is not enough. */
function unresolvedWords({ verdict, units }: Summary['certificate']): string[] {
  if (verdict !== 'unresolved' || !units) return [];
  const { share, relativeError } = units;
  const distance =
    relativeError === null
      ? ''
      : `; the parameters are ${readable(relativeError)} from the teacher’s, amplitudes relative to themselves`;
  return [
    `   zero loss to rounding does not tell that every unit is right: the weakest by itself is ${readable(share)} of the loss${distance}`,
  ];
}

/** The state of a run in a word or two. */
export function stateOf({ result, checkpoint }: Run): string {
  if (result) return `${isCertified(result) ? '✔' : '✘'} ${stateWords(result.certificate)}`;
  return checkpoint ? `in ${checkpoint.phase}` : '✘ no checkpoint';
}

/** How far an incomplete run has come, and how to go on. */
export function describeProgress({ path, checkpoint, changed }: Run): string {
  const written = `last written ${changed.toISOString()}`;
  return checkpoint
    ? `Stopped, or still under way, in the phase '${checkpoint.phase}'; ${written}.\nGo on with: softmoe resume ${shellWord(path)}`
    : `Neither complete nor with a checkpoint to go on from; ${written}.\nBegin anew with: softmoe run ${shellWord(join(path, 'config.json'))}`;
}
