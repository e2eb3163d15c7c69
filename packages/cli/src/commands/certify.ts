import {
  identifiabilityWords,
  proofSentences,
  stateWords,
  verdictWords,
} from '@softmoe/figures/words';
import { type CertifiedModels, certifyModels, proofCost, SizeError } from '@softmoe/lab';
import type { MoE, Work } from '@softmoe/model';
import { readParts, thisMachine } from '@softmoe/runs';
import { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { duration, lossWords, readable, significant } from '../numbers.ts';
import { type PartOptions, partOptions } from '../options.ts';
import { createProgressBar } from '../progress-bar.ts';
import { readModelFile } from '../read-model-file.ts';
import { SILENCE, workWords } from '../run/progress.ts';
import { listenForStop } from '../stop-signals.ts';
import type { Output, Streams } from '../streams.ts';
import { fit, tableLines } from '../table.ts';

interface CertifyOptions extends PartOptions {
  readonly teacher: string;
  /** Commander's name of what --no-proof turns off. */
  readonly proof: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `softmoe certify MODEL --teacher MODEL`. */
export function certifyCommand(streams: Streams, setExitCode: (code: ExitCode) => void): Command {
  const command = new Command('certify')
    .summary('tell what is known of a student as a copy of a teacher')
    .description(
      'Judges any two models with the same inputs, gates and experts, whoever trained them: loss, gradient and curvature of the ' +
        'student, a verdict, and a proof that gradient descent takes it to the teacher, or the inequality that fails.',
    )
    .argument('<student>', 'a model, as a safetensors file')
    .requiredOption('--teacher <file>', 'the model that it should be')
    .option('--no-proof', 'leave out the proof, which is costly for more than 16 units')
    .option('--json', 'print the certificate as JSON on stdout and nothing else')
    .option('--quiet', 'show no progress')
    .addHelpText('after', () => help)
    .action(async (path: string, options: CertifyOptions) => {
      const own = await readParts(options);
      const student = await readModelFile('student', path, streams.stderr, own);
      const teacher = await readModelFile('teacher', options.teacher, streams.stderr, own);
      setExitCode(await execute(student, teacher, options, streams));
    });
  for (const option of partOptions()) command.addOption(option);
  return command;
}

/** Teachers of up to this many units are proved without a word about the cost. */
const CHEAP = 16;

async function execute(
  student: MoE,
  teacher: MoE,
  { proof, json, quiet }: CertifyOptions,
  { stdout, stderr }: Streams,
): Promise<ExitCode> {
  const { experts } = teacher.spec;
  if (proof && experts > CHEAP && student.spec.experts === experts) tellCost(experts, stderr);
  const stop = listenForStop();
  const progress = quiet ? undefined : createProgress(stderr);
  try {
    const found = await certifyModels(student, teacher, {
      proof: proof && { maxUnits: experts },
      signal: stop.signal,
      onWork: (work) => progress?.show(work),
    });
    progress?.stop();
    stdout.write(
      json ? `${JSON.stringify(found, null, 2)}\n` : `${fit(report(student, teacher, found))}\n`,
    );
    const { verdict } = found.certificate;
    return verdict === 'certified' ? exitCodes.recovered : exitCodes.notRecovered;
  } catch (error) {
    progress?.stop();
    if (error !== stop.signal.reason) throw error;
    stderr.write('stopped; nothing was kept\n');
    return stop.exitCode;
  } finally {
    stop.release();
  }
}

/** Says what a costly proof needs. Throws `SizeError` where this machine has not the memory. */
function tellCost(experts: number, stderr: Output): void {
  const { bytes, seconds } = proofCost(experts);
  const megabytes = (n: number) => `${Math.round(n / 1e6)} MB`;
  const { memory } = thisMachine();
  if (2 * bytes > memory) {
    throw new SizeError(
      `would need two matrices of ${megabytes(bytes)} for the proof, and there are ${megabytes(memory)} of memory`,
      {
        field: 'teacher',
        value: `${experts} units`,
        remedy: 'Leave out the proof by --no-proof, or use a machine with more memory.',
      },
    );
  }
  stderr.write(
    `The proof for ${experts} units needs two matrices of ${megabytes(bytes)} and ${duration(seconds)} of one core, by an ` +
      'estimate that may be off a few times over. Ctrl-C stops it, --no-proof leaves it out.\n',
  );
}

/** A bar on a terminal; elsewhere a line every few seconds. */
function createProgress(stream: Output): { show(work: Work): void; stop(): void } {
  if (stream.isTTY) {
    const bar = createProgressBar('certify   ', stream);
    const shareOf = ({ task, done }: Work) => (task === 'proof' ? done / 100 : 0);
    return {
      show: (work) => bar.show('certify   ', shareOf(work), [workWords(work)]),
      stop: () => bar.stop(),
    };
  }
  let written = performance.now();
  return {
    show(work) {
      if (performance.now() - written < SILENCE) return;
      written = performance.now();
      stream.write(`certify   ${workWords(work)}\n`);
    },
    stop() {},
  };
}

function report(student: MoE, teacher: MoE, found: CertifiedModels): string {
  const { certificate, nullLoss, identifiability } = found;
  const { verdict, loss, gradientNorm, mu, lambdaMax, parameterError, estimate } = certificate;
  const { inputDim, experts } = teacher.spec;
  const words = verdictWords({
    certificate,
    survivors: student.spec.experts,
    teachers: experts,
    loss: { final: loss },
    elimination: [{ size: 0, loss: nullLoss }],
  });
  const within = (error: number | null | undefined) => (error ? ` ± ${error.toPrecision(1)}` : '');
  const numbers = [
    ['loss', lossWords(loss, nullLoss)],
    ['loss of no unit', readable(nullLoss)],
    ['gradient', readable(gradientNorm)],
    ['parameter error', parameterError === undefined ? 'sizes differ' : readable(parameterError)],
    ['μ', `${significant(mu)}${within(estimate?.muError)}`],
    ['λmax', `${significant(lambdaMax)}${within(estimate?.lambdaMaxError)}`],
  ];
  return [
    `A student of ${student.spec.experts} experts and a teacher of ${experts} in ${inputDim} dimensions.`,
    ...(estimate ? ['No closed form: loss and curvature are those on one fixed sample.'] : []),
    '',
    ...tableLines(['at the student', ''], numbers, { left: 2 }),
    '',
    `${verdict === 'certified' ? '✔' : '✘'}  ${stateWords(certificate)}`,
    `   ${words.long}`,
    `   ${identifiabilityWords(identifiability)}`,
    ...proofSentences(certificate).map((line) => `   ${line}`),
  ].join('\n');
}

const help = `
Examples:
  softmoe run quick --out runs/one
  softmoe certify runs/one/final.safetensors --teacher runs/one/teacher.safetensors
  softmoe certify runs/one/pruned.safetensors --teacher runs/one/teacher.safetensors --json

Exit codes:
  0 certified, 3 not certified, 2 a bad option or file, or too little memory: nothing was computed,
  130 stopped by Ctrl-C, 143 by SIGTERM, 1 anything unexpected
`;
