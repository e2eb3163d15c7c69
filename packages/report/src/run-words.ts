import {
  agreementOf,
  clockOf,
  contractedWords,
  fallWords,
  fixed,
  identifiabilityWords,
  listed,
  lossWords,
  plural,
  proofWords,
  readable,
  removalWords,
  routerLengthWords,
  verdictWords,
} from '@softmoe/figures';
import {
  gateName,
  hasClosedForm,
  hasMean,
  type Milestones,
  meanLag,
  orderOf,
  type Summary,
} from '@softmoe/lab';
import { hasOwnGates } from '@softmoe/model/checks';

type Config = Summary['config'];

/** What the experiment is, in two sentences. */
export function settingWords(config: Config): string {
  const { inputDim, teachers, students, engine, routing, train, seed } = config;
  const gates = hasOwnGates(routing)
    ? `${gateName(config)} gates`
    : `${routing} gates that compete`;
  return (
    `A student of ${plural(students, 'expert')} learned from ${config.teacher ? 'a given teacher' : 'a teacher'} of ${plural(teachers, 'expert')} in ` +
    `${plural(inputDim, 'dimension')}, with ${directionsOf(config)} and ${gates}. Routers and experts learned jointly ` +
    `${train.method === 'adam' ? 'by Adam, whose time is steps × learning rate, ' : ''}on ${losses[engine]}${train.sampling === 'span' ? ', drawn in the span of both models, which is equal in law,' : ','} from a random start (seed ${seed}).`
  );
}

/** How the teacher's directions lie, or what was given. */
function directionsOf({ geometry, teacher }: Config): string {
  if (teacher) {
    const { file, sha256 } = teacher;
    return `directions as they are in ${file ?? 'its model'} (SHA-256 ${sha256.slice(0, 12)}…)`;
  }
  return geometry.kind === 'correlated'
    ? `directions that overlap by ${geometry.overlap}`
    : `${geometry.kind} directions`;
}

const losses: Readonly<Record<Config['engine'], string>> = {
  exact: 'the exact population loss',
  subspace: 'fresh samples of the population loss, drawn in the span of both models',
  online: 'fresh batches of samples',
};

/** How the run ended, in a sentence or two. */
export function outcomeWords(result: Summary): string {
  const { recovered, teachers, students, survivors, parameterError, missing, certificate } = result;
  const { identifiability } = result;
  const kept =
    students === survivors
      ? `all ${plural(survivors, 'unit')} were kept`
      : `${students} units were pruned to ${survivors}`;
  const error =
    parameterError === null || certificate.verdict !== 'certified'
      ? ''
      : `, and fine-tuning brought every parameter within ${readable(parameterError)} of the teacher’s`;
  const found =
    recovered === teachers
      ? `It recovered ${everyExpert(teachers)}`
      : `It recovered ${recovered} of ${teachers} teacher experts and missed ${listed(missing.map(({ teacherExpert }) => teacherExpert))}`;
  const unique = identifiability ? ` ${identifiabilityWords(identifiability)}` : '';
  const lengths = routerLengthWords(result);
  return `${found}; ${kept}${error}.${lengths ? ` ${lengths}` : ''} ${certificateSays(result)}${unique}`;
}

/** `all 5 teacher experts`, and what one says of fewer. */
export function everyExpert(teachers: number): string {
  if (teachers === 1) return 'the teacher expert';
  return teachers === 2 ? 'both teacher experts' : `all ${teachers} teacher experts`;
}

/** Who aligned when, and who led. */
export function orderWords(milestones: Milestones, config: Config): string {
  const { name: time } = clockOf(config);
  const { expert } = milestones;
  const found = expert.flatMap((at, j) => (at === null ? [] : [{ j: j + 1, at }]));
  if (found.length === 0) return 'No expert has reached overlap ½ with a teacher expert.';
  found.sort((a, b) => a.at - b.at);
  const order =
    found.length === 1
      ? `Expert ${found[0]!.j} was found at ${time} ${fixed(found[0]!.at, 1)}.`
      : `Experts were found in the order ${listed(found.map(({ j }) => j))}, from ${time} ${fixed(found[0]!.at, 1)} to ${fixed(found.at(-1)!.at, 1)}.`;
  const mean = meanLag(milestones);
  const { met, told, expertFirst } = orderOf(milestones);
  if (met === 0) {
    return `${order} ${found.length === 1 ? 'Its router has not' : 'None of their routers has'} followed.`;
  }
  if (mean === undefined) {
    return `${order} The records lie too far apart to tell whether experts or routers came first.`;
  }
  const share = told === 1 ? 'The' : `In ${expertFirst} of ${told} pairs the`;
  const before = expertFirst === 0 && told === 1 ? 'after' : 'before';
  const delay = `${fixed(Math.abs(mean), 1)} units of ${time} ${mean < 0 ? 'before' : 'after'} ${told === 1 ? 'the expert' : 'their experts'}`;
  return (
    `${order} ${share} expert came ${before} its router; ${told === 1 ? 'the router' : 'on average routers'} came ${delay}.` +
    (isGuided(config) && expertFirst === met ? GUIDANCE : '')
  );
}

/** Gates without a mean give an expert no signal before its router either, so that none guides the other. */
function isGuided(config: Config): boolean {
  return hasOwnGates(config.routing) && hasMean(config);
}

const GUIDANCE =
  ' A router has no signal of its own until its expert is right: the experts guide the routers.';

/** What pruning kept and what it lost. */
export function pruningWords(result: Summary): string[] {
  const { students, survivors, teachers, elimination, loss, config, alignment, origins } = result;
  const rule = {
    cliff:
      'The size with the steepest fall below it was taken, without being told how many experts the teacher has.',
    size: 'Its size was asked for.',
    tolerance: 'It stopped within the loss that was asked for.',
  }[config.prune.rule];
  const merged = origins.filter((units) => units.length > 1).length;
  const lost = alignment.trained.expert.flatMap((overlap, j) => {
    const before = overlap >= KNOWN && (alignment.trained.router[j] ?? 0) >= KNOWN;
    const gone = result.missing.some(({ teacherExpert }) => teacherExpert === j + 1);
    return before && gone ? [j + 1] : [];
  });
  const curve = [removalWords(elimination, survivors), fallWords(elimination, survivors)];
  return [
    `Pruning went from ${plural(students, 'unit')} to ${survivors}; the teacher has ${teachers}. ${rule}`,
    curve.filter((words) => words !== '').join(' '),
    `${merged === 0 ? 'No duplicates were merged' : `Duplicates were merged into ${plural(merged, 'unit')}`}, and the amplitudes refitted. ` +
      `The loss was ${lossWords(loss.trained, loss.start)} before and ${lossWords(loss.pruned, loss.start)} after. ${
        lost.length > 0
          ? `Teacher ${lost.length === 1 ? 'expert' : 'experts'} ${listed(lost)} had been learned and ${lost.length === 1 ? 'is' : 'are'} not in the final student.`
          : 'No teacher expert that had been learned was lost.'
      }`,
  ].filter((words) => words !== '');
}

/** An overlap from which on an expert and its router count as recovered. */
const KNOWN = 0.9;

/** The certificate in plain words, with the loss at the start of the last stage of fine-tuning. */
export function certificateWords(result: Summary, from: number): string[] {
  const { certificate, contraction, steps, loss, online, config } = result;
  const method = {
    gradientDescent: 'gradient descent',
    levenbergMarquardt: 'Levenberg–Marquardt',
  }[config.finetune.method];
  const objective = hasClosedForm(config)
    ? 'the exact loss'
    : `a fixed sample of ${plural(config.finetune.sampleSize, 'point')}`;
  const sampled = online
    ? `First ${plural(online.steps, 'step')} on fresh samples${online.parameterError === null ? '' : ` came to parameter error ${readable(online.parameterError)}`}. Then `
    : '';
  const words = [
    `${sampled}${plural(steps.finetune, 'step')} of ${method} on ${objective} took the loss from ${lossWords(from, loss.start)} to ${lossWords(loss.final, loss.start)}. ${certificateSays(result)}`,
  ];
  const agreement = agreementOf(contraction);
  if (agreement) {
    const { predicted, measured, deviation, agrees } = agreement;
    words.push(
      `The least and the largest curvature at the end predict that every step multiplies ${contractedWords(result)} by ${fixed(predicted, 6)}; ` +
        `the run itself gives ${fixed(measured, 6)}. The two rates differ by ${readable(100 * deviation)} %` +
        `${agrees ? ': the convergence is linear, and the Hessian foretold it' : ': the Hessian at the end did not govern the run'}.`,
    );
  } else if (certificate.observedOrder !== null) {
    words.push(
      `The observed order of convergence is ${readable(certificate.observedOrder)}; Newton’s method has 2.`,
    );
  }
  return words;
}

function certificateSays(result: Summary): string {
  const { long } = verdictWords(result);
  const proof = proofWords(result.certificate);
  const proved = proof ? ` ${proof.short}: ${proof.long} ${proof.numbers ?? ''}`.trimEnd() : '';
  return `${result.certificate.verdict === 'certified' ? 'The certificate holds' : 'There is no certificate'}. ${long}${proved}`;
}
