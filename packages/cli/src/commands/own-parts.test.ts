import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as backend from '@softmoe/backend';
import * as conformance from '@softmoe/backend/conformance';
import * as lab from '@softmoe/lab';
import * as model from '@softmoe/model';
import { createRunFolder, loadModule, loadSweep, readParts } from '@softmoe/runs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe } from '../../test/softmoe.ts';

const page = await readFile(
  fileURLToPath(new URL('../../../../docs/extend.md', import.meta.url)),
  'utf8',
);
const blocks = [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].map(([, kind, text]) => ({
  kind,
  text: text ?? '',
}));
const [arctan, swish] = blocks.filter(({ kind }) => kind === 'js').map(({ text }) => text);
const before = process.cwd();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-parts-'));
  process.chdir(folder);
  await writeFile('arctan.mjs', arctan ?? '');
  await writeFile('swish.mjs', swish ?? '');
});
afterAll(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true, force: true });
});

const small = ['--input-dim', '12', '--teachers', '2', '--students', '6', '--seed', '1', '--quiet'];
const plain = (text: string) => text.replaceAll(/\d+(\.\d+)? s\b/g, 'n s').trim();

describe('docs/extend.md', () => {
  it('goes from a gate of one’s own to an exact run as it shows, in two commands', async () => {
    const [commands] = blocks.filter(({ kind }) => kind === 'sh');
    const [run, evaluate] = (commands?.text ?? '').trim().split('\n');
    const first = await softmoe(...(run ?? '').split(' ').slice(1), '--quiet');
    expect(first).toMatchObject({ code: 0, stderr: 'kept in runs/arctan\n' });
    expect(plain(first.stdout)).toBe(plain(blocks.find(({ kind }) => kind === 'text')?.text ?? ''));
    const second = await softmoe(...(evaluate ?? '').split(' ').slice(1));
    expect(second.stdout).toContain('Population loss: 0 to rounding');
  }, 60_000);

  it('makes a built-in gate sharper as it shows, which the run folder keeps', async () => {
    const [, run] = blocks.filter(({ kind }) => kind === 'sh');
    const { stdout } = await softmoe(...(run?.text ?? '').trim().split(' ').slice(1), '--quiet');
    expect(stdout).toContain('softly through tanh(3z) gates');
    expect(stdout).toContain('3 of 3 teacher experts recovered');
    const evaluated = await softmoe('evaluate', 'runs/sharp');
    expect(evaluated.stdout).toContain('Population loss: 0 to rounding');
  }, 60_000);

  it('learns the lengths of routers as it shows', async () => {
    const [, , run] = blocks.filter(({ kind }) => kind === 'sh');
    const { stdout } = await softmoe(...(run?.text ?? '').trim().split(' ').slice(1), '--quiet');
    const [, shown] = blocks.filter(({ kind }) => kind === 'text');
    expect(stdout).toContain(shown?.text.trim());
    expect(stdout).toContain('by 0.824270, predicted 0.824270;');
    const evaluated = await softmoe('evaluate', 'runs/free');
    expect(evaluated.stdout).toContain('Population loss: 0 to rounding');
  }, 60_000);

  it('samples a swish expert as it shows', async () => {
    const [, , , run] = blocks.filter(({ kind }) => kind === 'sh');
    const { stdout, stderr } = await softmoe(...(run?.text ?? '').trim().split(' ').slice(1));
    expect(stdout).toContain('The expert swish is from ./swish.mjs (SHA-256 ');
    expect(stdout).toContain('fresh samples of the population loss');
    expect(stderr).not.toContain('Error');
  }, 60_000);

  it('has code that runs, with both in the conformance suite', async () => {
    const modules: Record<string, unknown> = {
      '@softmoe/backend': backend,
      '@softmoe/backend/conformance': conformance,
      '@softmoe/lab': lab,
      '@softmoe/model': model,
      './arctan.mjs': await import(pathToFileURL('arctan.mjs').href),
      './swish.mjs': await import(pathToFileURL('swish.mjs').href),
    };
    const code = blocks.filter(({ kind }) => kind === 'js')[2]?.text ?? '';
    const body = code
      .replaceAll(/import (\{.*\}) from ('.*');/g, 'const $1 = modules[$2];')
      .replaceAll(/import (\w+) from ('.*');/g, 'const $1 = modules[$2].default;');
    const printed: string[] = [];
    const log = (...values: unknown[]) => printed.push(values.join(' '));
    const program = new Function('modules', 'console', `return (async () => {${body}})()`);
    await program(modules, { log });
    expect(printed).toEqual(['certified 1e-11', 'arctan']);
  }, 120_000);

  it('quotes what is said', async () => {
    const { gate = {} } = await readParts({ gate: 'arctan.mjs' });
    const { expert } = await readParts({ expert: 'swish.mjs' });
    const spec = {
      ...{ inputDim: 1, experts: 1, routing: 'independent' as const },
      expert: { kind: 'hermite' as const, degree: 3 },
    };
    const row = model.ndarray([1, 1], [1]);
    const params = { router: row, expert: row, amplitude: model.ndarray([1], [1]) };
    const make = (change: object) =>
      model.createMoE({ ...spec, gate: { ...gate, ...change } as model.Gate }, params);
    for (const refused of [
      () => make({ derivative: () => 1 }),
      () => make({ parity: 'even' }),
      () => model.loadMoE(model.saveMoE(make({}))),
      () => lab.createExperiment({ expert: expert!, engine: 'exact' }),
    ]) {
      let said = '';
      try {
        refused();
      } catch (error) {
        const { field, problem } = error as model.SoftmoeError;
        said = `${field}: ${problem}`;
      }
      expect(page).toContain(`| ${said} |`);
    }
  });
});

describe('a run with a gate from a module', () => {
  it('needs its folder alone: it is repeated, read and reported after the file has gone', async () => {
    await writeFile('gone.mjs', arctan ?? '');
    const run = await softmoe('run', 'quick', '--gate', 'gone.mjs', '--out', 'kept', ...small);
    expect(run.stderr).toBe('kept in kept\n');
    await rm('gone.mjs');
    const again = await softmoe('run', 'kept/config.json', '--json', '--quiet');
    const { loss, config } = JSON.parse(again.stdout);
    const first = JSON.parse(await readFile('kept/result.json', 'utf8'));
    expect({ loss, config }).toEqual({ loss: first.loss, config: first.config });
    expect((await softmoe('evaluate', 'kept')).code).toBe(0);
    expect((await softmoe('report', 'kept')).code).toBe(0);
    expect(await readFile('kept/report.html', 'utf8')).toContain('arctan gates');
    const alone = await softmoe(
      'certify',
      'kept/final.safetensors',
      '--teacher',
      'kept/teacher.safetensors',
    );
    expect(alone.code).toBe(2);
    expect(alone.stderr).toContain(
      "spec.gate: is the user's own gate arctan, which a file only names",
    );
    const given = ['--gate', 'arctan.mjs', '--quiet'];
    const certified = await softmoe(
      ...['certify', 'kept/final.safetensors', '--teacher', 'kept/teacher.safetensors', ...given],
    );
    expect(certified.stdout).toContain('the gate arctan has no proved bounds');
    await writeFile('kept/gate.mjs', `${arctan}// changed`);
    const changed = await softmoe('run', 'kept/config.json', '--quiet');
    expect(changed.stderr).toContain('gate.module: cannot be read (got "gone.mjs")');
  }, 60_000);

  it('goes on after an interruption to the same result', async () => {
    const { gate } = await readParts({ gate: 'arctan.mjs' });
    const text = arctan ?? '';
    const { sha256 } = await loadModule(text, 'arctan.mjs');
    const input = { inputDim: 12, teachers: 2, students: 6, seed: 1 };
    const pin = { name: 'arctan', module: './arctan.mjs', sha256 };
    const experiment = lab.createExperiment({ ...input, gate: pin }, { gate });
    const run = await createRunFolder('stopped', experiment.snapshot(), { gate: text });
    for (let i = 0; i < 10; i++) await run.add((await experiment.next())!);
    await run.checkpoint(experiment.snapshot());
    await run.close();
    const { code } = await softmoe('resume', 'stopped', '--quiet');
    expect(code).toBe(0);
    const straight = await lab.runPipeline({ ...input, gate: pin }, { gate });
    const { loss } = JSON.parse(await readFile('stopped/result.json', 'utf8'));
    expect(loss).toEqual(JSON.parse(JSON.stringify(lab.summaryOf(straight).loss)));
  }, 60_000);

  it.each([
    ['none.mjs', undefined, 'gate.module: cannot be read (got "none.mjs").'],
    ['syntax.mjs', 'export default {', 'gate.module: cannot be loaded: '],
    ['imports.mjs', "import './arctan.mjs';", 'Give an ES module that stands alone'],
    ['empty.mjs', 'export default 3;', 'gate.module: exports no gate or expert by default'],
    [
      'wrong.mjs',
      "export default { name: 'wrong', parity: 'odd', value: Math.atan, derivative: () => 1 };",
      'gate.derivative: must be that of value',
    ],
    [
      'kink.mjs',
      "export default { name: 'kink', parity: 'even', value: Math.abs, derivative: Math.sign };",
      'engine: needs a closed form, and there is none with the gate kink, which is not smooth enough',
    ],
  ])('refuses %s in one sentence', async (file, text, sentence) => {
    if (text !== undefined) await writeFile(file, text);
    const { code, stderr } = await softmoe('run', '--gate', file, '--engine', 'exact', ...small);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  it('computes samples on the reference, and refuses kernels that have it not', async () => {
    const given = ['run', 'quick', '--expert', 'swish.mjs', '--backend', 'wasm', ...small];
    const { code, stderr } = await softmoe(...given);
    expect(code).toBe(2);
    expect(stderr).toContain(
      'backend: computes what is built in alone, and the expert swish is your own (got "wasm"). Leave it out, or use reference: float64 in JavaScript.',
    );
  });

  it('is found wherever a sweep names it', async () => {
    const arctan = { module: './arctan.mjs' };
    const base = { inputDim: 12, teachers: 2, students: 6 };
    for (const definition of [
      { base: { ...base, gate: arctan } },
      { base, list: [{ 'gate.module': './arctan.mjs' }] },
      { base, random: { count: 1, fields: { gate: [arctan] } } },
    ]) {
      const { runs } = await loadSweep(definition, 'one', '.');
      expect(runs.map(({ config }) => lab.gateName(config))).toEqual(['arctan']);
    }
  });

  it('has its text in each task of a sweep, so that another text is another task', async () => {
    const definition = {
      base: { inputDim: 12, teachers: 2, students: 6 },
      grid: { gate: ['sigmoid', { module: './arctan.mjs' }], seed: [0] },
    };
    const { runs } = await loadSweep(definition, 'both', '.');
    expect(runs.map(({ task }) => task.input.modules)).toEqual([undefined, { gate: arctan }]);
    await writeFile('arctan.mjs', `${arctan}// the same, and another text`);
    const other = await loadSweep(definition, 'both', '.');
    await writeFile('arctan.mjs', arctan ?? '');
    expect(other.runs[1]?.task.input).not.toEqual(runs[1]?.task.input);
    expect(other.runs[0]?.task.input).toEqual(runs[0]?.task.input);
  });
});
