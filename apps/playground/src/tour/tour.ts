import {
  agreementOf,
  contractedWords,
  fallWords,
  removalWords,
  verdictWords,
} from '@softmoe/figures';
import { lagsOf, meanLag } from '@softmoe/lab';
import { lossWords, overlap, plural, readable, time } from '../format.ts';
import { rootFit, trends } from '../session/trend.ts';
import { pruned, type Stop, story } from './stop.ts';

export const stops: readonly Stop[] = [
  {
    title: 'A hidden teacher, and too many students',
    text:
      'The teacher is a sum of a few experts; the router of each says softly when it speaks. The student has the same ' +
      'form but more units, all pointing in random directions, all nearly silent.',
    figure: 'students',
    enter(playground) {
      playground.speed = 1;
      playground.autoplay = false;
      playground.choosePreset('story', { paused: true });
      playground.session.step();
    },
    evidence({ session }) {
      const { config } = session;
      const data = session.train[0]?.record.overlaps?.expert.data;
      if (!config || !data) return undefined;
      return (
        `${plural(config.students, 'student')}, ${config.teachers} teacher experts, ${config.inputDim} dimensions: ` +
        `the best of ${data.length} overlaps is ${overlap(Math.max(...data))}.`
      );
    },
  },
  {
    title: 'Claim 1: experts align first, one after the other',
    text:
      'An expert climbs on its own overlap, slowly at first, then all at once. The error that it explains is gone for ' +
      'the others, so teacher experts are recovered in sequence.',
    figure: 'alignment',
    async enter(playground, until) {
      playground.speed = 1;
      await story(playground, until);
      if (playground.session.phase === 'train') playground.session.resume();
    },
    evidence({ session }) {
      const times = (session.milestones?.expert ?? []).filter((at) => at !== null);
      if (times.length === 0) return undefined;
      return `Found at t = ${times
        .sort((a, b) => a - b)
        .map(time)
        .join(', ')}.`;
    },
  },
  {
    title: 'Claim 2: experts guide routers',
    text:
      'A router’s gradient is proportional to the cube of its expert’s overlap: until its expert is right, it has ' +
      'nothing to learn from. So each ring comes after the dot of the same number.',
    figure: 'alignment',
    async enter(playground, until) {
      await story(playground, until);
      if (playground.session.phase === 'train') playground.session.resume();
    },
    evidence({ session }) {
      const { milestones } = session;
      const lag = milestones && meanLag(milestones);
      if (!milestones || lag === undefined) return undefined;
      const lags = lagsOf(milestones);
      const after = lags.filter((value) => value > 0).length;
      const order = lag < 0 ? 'earlier' : 'later';
      return `${after} of ${lags.length} routers came after their expert, on average ${time(Math.abs(lag))} time units ${order}.`;
    },
  },
  {
    title: 'Claim 3: the search takes a time of order √d',
    text:
      'In d dimensions random directions overlap by about 1/√d, and the speed of an expert is the square of its overlap. ' +
      'Times to alignment in 32 to 4096 dimensions lie about a line over √d.',
    figure: 'sweep',
    enter({ sweep }) {
      if (sweep.points.length === 0) sweep.start();
    },
    evidence({ sweep }) {
      const fit = rootFit(trends(sweep.points), 'expert');
      if (!fit) return undefined;
      const sign = fit.offset < 0 ? '−' : '+';
      return (
        `After ${sweep.points.length} of ${sweep.total} runs: ` +
        `t ≈ ${readable(fit.slope)}·√d ${sign} ${readable(Math.abs(fit.offset))}.`
      );
    },
  },
  {
    title: 'Claim 4: pruning finds the right size',
    text:
      'Some students double others, some found nothing. Removing them costs nearly nothing, until one more would lose a ' +
      'teacher expert: the loss falls off a cliff. Nobody told the student how many experts the teacher has.',
    figure: 'elimination',
    enter: pruned,
    evidence({ session: { pruned: report, config } }) {
      if (!report || !config) return undefined;
      const size = report.kept.length;
      return `${config.students} → ${plural(size, 'unit')}. ${removalWords(report.curve, size)} ${fallWords(report.curve, size)}`;
    },
  },
  {
    title: 'Claim 5: fine-tuning converges linearly',
    text:
      'With no redundant unit left the minimum is isolated, and plain gradient descent multiplies the loss by the same ' +
      'factor at every step. The Hessian at the end predicts that factor.',
    figure: 'loss',
    async enter(playground, until) {
      await pruned(playground, until);
      const { session } = playground;
      if (session.summary) return;
      if (session.tune.length === 0) session.finetune();
      else session.resume();
    },
    evidence({ session: { summary } }) {
      if (!summary) return undefined;
      const { parameterError, contraction } = summary;
      const agreement = agreementOf(contraction);
      if (!agreement) return `It did not converge linearly. ${verdictWords(summary).short}.`;
      const { predicted, measured } = agreement;
      const error =
        parameterError === null ? '' : `; parameter error ${readable(parameterError, 1)}`;
      return `A step multiplies ${contractedWords(summary)}: predicted ${predicted.toFixed(6)}, measured ${measured.toFixed(6)}${error}.`;
    },
  },
  {
    title: 'And when it cannot work',
    text:
      'Three students cannot be five experts. The run ends all the same, and the certificate refuses: the loss stays ' +
      'above zero, and the page says which experts are missing.',
    figure: 'certificate',
    async enter(playground, until) {
      const { session } = playground;
      playground.speed = 4;
      playground.choosePreset('too-few');
      await until(() => playground.preset === 'too-few' && session.phase === 'prune');
      session.prune();
      await until(() => session.pruned !== undefined);
      session.finetune();
    },
    evidence({ session: { summary } }) {
      if (!summary || summary.certificate.verdict === 'certified') return undefined;
      const lost = summary.missing.map(({ teacherExpert }) => teacherExpert).join(', ');
      const loss = lossWords(summary.loss.final, summary.loss.start);
      return `Verdict: ${summary.certificate.verdict}, at a loss of ${loss}.${lost === '' ? '' : ` Missing: teacher experts ${lost}.`}`;
    },
  },
];
