import { basename, resolve } from 'node:path';
import {
  adviceWords,
  alignmentFigure,
  amplitudesFigure,
  certificateFigure,
  clockOf,
  eliminationFigure,
  type Figure,
  fixed,
  lagsFigure,
  landscapeFigures,
  lossFigure,
  orderTitle,
  overlapsFigure,
  planeFigure,
  planeOf,
  plural,
  stateWords,
  warningWords,
  widestAxes,
} from '@softmoe/figures';
import {
  type Course,
  courseOf,
  lastStage,
  milestonesOf,
  orderOf,
  type RecordLine,
  type Summary,
} from '@softmoe/lab';
import type { MoE } from '@softmoe/model';
import { type Run, readModel, readRecords, readRun, shellWord } from '@softmoe/runs';
import type { ReportBlock, ReportDocument, ReportSection } from './document.ts';
import { certificateTable, milestonesTable, missingTable, originsTable } from './run-tables.ts';
import {
  certificateWords,
  everyExpert,
  orderWords,
  outcomeWords,
  pruningWords,
  settingWords,
} from './run-words.ts';

/**
 * The report of a run folder, as far as the run has come: its story in words, the figures, the certificate, what was
 * missed, and how to repeat it. Throws `RunFolderError` for what is no run's folder, `FormatError` for a damaged file.
 */
export async function runReport(path: string): Promise<ReportDocument> {
  const run = await readRun(path);
  const records = await readRecords(run);
  const course = courseOf(records);
  const { config, result } = run;
  const teacher = await readModel(run, 'teacher');
  const student = (await readModel(run, 'final')) ?? (await readModel(run, 'pruned'));
  return {
    title: titleOf(run),
    lead: [
      settingWords(config),
      result ? outcomeWords(result) : unfinishedWords(run, course),
      ...(result?.warnings ?? []).map((warning) => warningWords(warning)),
    ],
    sections: [
      ...(records.length > 0 ? [overview(records, run), learning(records, course.train, run)] : []),
      ...(course.train.some(({ overlaps }) => overlaps) ? [studentSection(course, run)] : []),
      ...(result ? [pruning(result), finetuning(records, result)] : []),
      ...(student && teacher ? functions(student, teacher, result) : []),
      ...(result && (result.missing.length > 0 || result.advice.length > 0)
        ? [shortfall(result)]
        : []),
      ...(result ? [] : [goingOn(path)]),
      repeating(run),
    ],
  };
}

function titleOf({ path, result }: Run): string {
  const name = `Run ${basename(resolve(path))}`;
  if (!result) return `${name}: not finished`;
  const { recovered, teachers } = result;
  const found =
    recovered === teachers
      ? everyExpert(teachers)
      : `${recovered} of ${plural(teachers, 'teacher expert')}`;
  return `${name}: ${found} recovered`;
}

function unfinishedWords({ config, checkpoint }: Run, { train, tune }: Course): string {
  const last = train.at(-1);
  if (!last) return 'It has only just begun: there is no record of it yet.';
  const where =
    tune.length > 0
      ? `It is in fine-tuning, at step ${tune.at(-1)!.step}`
      : `It has come to ${clockOf(config).name} ${fixed(last.time, 1)} of ${config.train.time}`;
  const kept = checkpoint ? ', and there is a checkpoint to go on from' : '';
  return `The run is not finished. ${where}${kept}; this is what its records say so far.`;
}

const text = (words: string): ReportBlock => ({ kind: 'text', text: words });
const drawn = (figure: Figure): ReportBlock => ({ kind: 'figure', figure });
const code = (language: string, content: string): ReportBlock => ({
  kind: 'code',
  language,
  text: content,
});

function overview(records: readonly RecordLine[], { config, result }: Run): ReportSection {
  const predicted = result?.contraction.predicted;
  return {
    id: 'run',
    heading: result ? 'The whole run' : 'The run so far',
    blocks: [drawn(lossFigure({ records, sizes: result, predicted, config }))],
  };
}

function learning(records: readonly RecordLine[], train: Course['train'], run: Run): ReportSection {
  const milestones = milestonesOf(train, run.config);
  const { met: found } = orderOf(milestones);
  const all = found === run.config.teachers;
  return {
    id: 'learning',
    heading: orderTitle(milestones),
    verdict: {
      word: `${found} of ${run.config.teachers} found`,
      tone: all ? 'good' : run.result ? 'bad' : 'open',
    },
    blocks: [
      text(orderWords(milestones, run.config)),
      drawn(alignmentFigure(records, run.config)),
      drawn(lagsFigure(records, run.config)),
      milestonesTable(train, milestones, run),
      ...landscapeFigures(records, run.config).map(drawn),
    ],
  };
}

function studentSection({ train }: Course, { config, result }: Run): ReportSection {
  const last = train.findLast(({ overlaps }) => overlaps)!;
  const when = result
    ? 'when learning had ended'
    : `at ${clockOf(config).name} ${fixed(last.time, 1)}`;
  return {
    id: 'student',
    heading: 'The student before pruning',
    blocks: [
      text(
        'Every unit of the student against every expert of the teacher. A unit that found one shows a large square, ' +
          'for the expert as for the router; several for one teacher expert are duplicates, and share the amplitude.',
      ),
      drawn(overlapsFigure(last, { when })),
      drawn(amplitudesFigure(last, { when })),
    ],
  };
}

function pruning(result: Summary): ReportSection {
  const { students, survivors, teachers, elimination } = result;
  return {
    id: 'pruning',
    heading: 'Pruning',
    verdict: {
      word: `${students} → ${survivors}`,
      tone: survivors === teachers ? 'good' : 'bad',
    },
    blocks: [
      ...pruningWords(result).map(text),
      drawn(eliminationFigure({ curve: elimination, kept: survivors })),
      originsTable(result),
    ],
  };
}

function finetuning(records: readonly RecordLine[], result: Summary): ReportSection {
  const { contraction, certificate } = result;
  return {
    id: 'certificate',
    heading: 'Fine-tuning and its certificate',
    verdict: {
      word: stateWords(certificate),
      tone: certificate.verdict === 'certified' ? 'good' : 'bad',
    },
    blocks: [
      ...certificateWords(result, lastStage(courseOf(records))[0]?.loss ?? result.loss.pruned).map(
        text,
      ),
      drawn(certificateFigure({ records, contraction })),
      certificateTable(result),
    ],
  };
}

/** Both functions on the plane on which they differ most. */
function functions(student: MoE, teacher: MoE, result: Summary | undefined): ReportSection[] {
  const axes = widestAxes(student, teacher);
  const plane = axes && planeOf(student, teacher, axes);
  if (!plane) return [];
  return [
    {
      id: 'functions',
      heading: 'Teacher and student as functions',
      blocks: [drawn(planeFigure(plane, { when: result ? 'at the end' : 'after pruning' }))],
    },
  ];
}

function shortfall(result: Summary): ReportSection {
  return {
    id: 'missing',
    heading: 'What was missed, and what to try',
    blocks: [
      ...(result.missing.length > 0 ? [missingTable(result)] : []),
      ...result.advice.map((advice) => text(adviceWords(advice))),
    ],
  };
}

function goingOn(path: string): ReportSection {
  return {
    id: 'resume',
    heading: 'Go on with it',
    blocks: [
      text('Give the run the rest of its time; the result is the same, bit for bit.'),
      code('shell', `softmoe resume ${shellWord(path)}`),
    ],
  };
}

function repeating({ config }: Run): ReportSection {
  const same =
    config.engine === 'exact'
      ? 'The same config gives the same run, bit for bit.'
      : 'The same config gives the same run, bit for bit, on the same backend; `--backend wasm-simd` has the same bits on every machine.';
  return {
    id: 'repeat',
    heading: 'Repeat it',
    blocks: [
      text(
        `${same} Save this as \`config.json\`${config.teacher ? `, with the teacher.safetensors of the run’s folder beside it` : ''}:`,
      ),
      code('json', JSON.stringify(config, null, 2)),
      code('shell', 'softmoe run config.json --out again\nsoftmoe report again'),
    ],
  };
}
