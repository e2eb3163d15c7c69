import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetOf } from '@softmoe/lab';
import { loadMoE } from '@softmoe/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe, start } from '../../test/softmoe.ts';
import { csv, quick, rows, tableRun } from '../../test/table-run.ts';
import { exitCodes } from '../exit-codes.ts';

let folder: string;
let file: string;
let out: string;
beforeAll(async () => {
  ({ folder, file, out } = await tableRun());
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function resultOf(run: string) {
  return JSON.parse(await readFile(join(run, 'result.json'), 'utf8'));
}

describe('softmoe run --data', () => {
  it('tells what it found, and plainly what a run without a teacher has not', async () => {
    const { stdout, stderr, code } = await softmoe('show', out);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('z from 3 columns of');
    expect(stdout).toContain('There is no teacher: nothing is recovered');
    expect(stdout).toMatch(
      /this model, pruned .*\n.*its size from scratch .*\n.*perceptron of its/,
    );
    expect(stdout).not.toMatch(/teacher expert|recovered and|null|undefined|NaN/);
  });

  it('has a report with the comparison, and none of what needs a teacher', async () => {
    const { code, stdout } = await softmoe('report', out);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${join(out, 'report.html')}\n` });
    const page = await readFile(join(out, 'report.html'), 'utf8');
    expect(page).toContain('There is no teacher: nothing is recovered');
    for (const word of ['perceptron of its size', 'its size from scratch', 'softmoe run']) {
      expect(page).toContain(word);
    }
    expect(page).not.toMatch(/overlap|undefined|NaN/);
  });

  it('is a row of softmoe runs, with its table, its error and its tags, asked for like any other', async () => {
    const { code, stdout, stderr } = await softmoe('runs', folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ +run +state +table +target .* units +test error +tags /);
    expect(stdout).toMatch(/\n +run +done +table\.csv +z .* paper /);
    const small = await softmoe('runs', folder, '--json', '--filter', 'test.rmse<1e9');
    expect(JSON.parse(small.stdout)).toMatchObject([{ phase: 'done', tags: ['paper'] }]);
    const none = await softmoe('runs', folder, '--tag', 'other');
    expect(none.stdout).toMatch(/^none of the 1 run in/);
  });

  it('has an option for every number of its config, and one to train nothing beside it', async () => {
    const shares = ['--validation', '0.25', '--test', '0.1', '--steps', '9', '--patience', '4'];
    const argv = ['--data', file, '--target', 'z', '--no-compare', ...shares, ...quick];
    const { code, stdout } = await softmoe('run', ...argv, '--json');
    expect(code).toBe(0);
    const { config, comparison } = JSON.parse(stdout);
    expect(config).toMatchObject({
      validation: 0.25,
      test: 0.1,
      steps: 9,
      patience: 4,
      compare: false,
    });
    expect(comparison).toHaveLength(1);
  });

  it('takes a gate and an expert of one’s own, and keeps their code, which its model needs', async () => {
    const arctan = join(folder, 'arctan.mjs');
    const swish = join(folder, 'swish.mjs');
    await writeFile(
      arctan,
      `export default { name: 'arctan', parity: 'odd', value: Math.atan, derivative: (z) => 1 / (1 + z * z) };`,
    );
    await writeFile(
      swish,
      `const s = (z) => 1 / (1 + Math.exp(-z));
export default { name: 'swish', parity: 'none', value: (z) => z * s(z), derivative: (z) => s(z) * (1 + z * (1 - s(z))) };`,
    );
    const own = join(folder, 'own', 'run');
    const parts = ['--gate', arctan, '--expert', swish, '--no-compare'];
    const argv = ['--data', file, '--target', 'z', ...parts, ...quick];
    const ended = await softmoe('run', ...argv, '--out', own);
    expect(ended).toMatchObject({ code: 0, stderr: `kept in ${own}\n` });
    const { files, sha256, ...first } = await resultOf(own);
    expect(first.config).toMatchObject({ gate: { name: 'arctan' }, expert: { name: 'swish' } });
    await rm(arctan);
    const again = await softmoe('run', join(own, 'data.json'), '--json', '--quiet');
    expect(JSON.parse(again.stdout)).toEqual(first);
    expect((await softmoe('predict', own, '--data', file)).stdout).toMatch(/^prediction\n/);
    await writeFile(join(own, 'gate.mjs'), 'export default {}');
    const refused = await softmoe('predict', own, '--data', file);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/spec\.gate: is the user's own gate arctan/);
  }, 60_000);

  it('has routers of a length, which its model keeps', async () => {
    const kind = ['--gate', 'tanh', '--router-norm', '2', '--no-compare'];
    const argv = ['--data', file, '--target', 'z', ...kind, ...quick];
    const sharp = join(folder, 'own', 'sharp');
    expect((await softmoe('run', ...argv, '--out', sharp)).code).toBe(0);
    const model = loadMoE(await readFile(join(sharp, 'final.safetensors')));
    expect(model.spec.gate).toEqual({ name: 'tanh', norm: 2 });
  }, 60_000);

  it('says what its user said of it', async () => {
    expect((await softmoe('show', out)).stdout).toMatch(/^Tags: paper\nNote: a first look\n/);
  });

  it('gives the same result from its config, and refuses another file under it', async () => {
    const config = join(out, 'data.json');
    const again = await softmoe('run', config, '--json', '--quiet');
    expect(again.code).toBe(0);
    const { files, sha256, ...first } = await resultOf(out);
    expect(JSON.parse(again.stdout)).toEqual(first);
    const changed = join(folder, 'changed.csv');
    await writeFile(changed, csv(rows.slice(1)));
    const pinned = JSON.parse(await readFile(config, 'utf8'));
    const other = join(folder, 'other.json');
    await writeFile(
      other,
      JSON.stringify({ ...pinned, data: { ...pinned.data, file: 'changed.csv' } }),
    );
    const refused = await softmoe('run', other, '--quiet');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('data.sha256: must be that of the file given');
  }, 60_000);

  it('stops on SIGINT within a step, and says how to keep what is done', async () => {
    const long = ['--students', '30', '--starts', '99'];
    const { said, ended } = start('run', '--data', file, '--target', 'z', ...long);
    await said(/^150 rows of 3 columns: learning z\n/);
    process.emit('SIGINT', 'SIGINT');
    const { code, stdout, stderr } = await ended;
    expect({ code, stdout }).toEqual({ code: exitCodes.interrupted, stdout: '' });
    expect(stderr).toContain('stopped; use --out to keep what is done and go on later\n');
  });

  it('goes on after SIGINT with softmoe resume, to the result of one that nobody stopped', async () => {
    const many = ['--data', file, '--target', 'z', ...quick, '--starts', '12', '--note', 'long'];
    const kept = join(folder, 'own', 'stopped');
    const running = softmoe('run', ...many, '--out', kept);
    const fits = () => readFile(join(kept, 'fits.jsonl'), 'utf8').catch(() => '');
    await expect.poll(fits, { interval: 5 }).toMatch(/\n.+\n.+\n/);
    process.emit('SIGINT', 'SIGINT');
    const { code, stdout, stderr } = await running;
    expect({ code, stdout }).toEqual({ code: exitCodes.interrupted, stdout: '' });
    expect(stderr).toBe(`stopped; go on with: softmoe resume ${kept}\n`);

    const listed = (await softmoe('runs', join(folder, 'own'))).stdout;
    expect(listed).toMatch(/\n +stopped +after \d+ fits +table\.csv +z +6 /);
    const shown = (await softmoe('show', kept)).stdout;
    expect(shown).toMatch(
      /^Note: long\n(Git: .*\n)?\nLearning z of table\.csv: .* after \d+ fits; /,
    );
    expect(shown).toContain(`\nGo on with: softmoe resume ${kept}`);
    for (const argv of [
      ['predict', kept, '--data', file],
      ['report', kept],
    ]) {
      const refused = await softmoe(...argv);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/run: has not ended, and has no model yet/);
    }

    const resumed = await softmoe('resume', kept, '--json');
    expect(resumed.stderr).toMatch(/^goes on after \d+ fits\n150 rows of 3 columns: learning z\n/);
    expect(resumed.code).toBe(0);
    const whole = await softmoe('run', ...many.slice(0, -2), '--json');
    expect(JSON.parse(resumed.stdout)).toEqual(JSON.parse(whole.stdout));
    expect((await readdir(kept)).sort()).toEqual([
      ...['about.json', 'data.json', 'final.safetensors', 'result.json'],
    ]);
  }, 60_000);

  it('refuses to go on with another table', async () => {
    const copy = join(folder, 'own', 'table.csv');
    await writeFile(copy, csv(rows));
    const kept = join(folder, 'own', 'other');
    const argv = ['--data', copy, '--target', 'z', ...quick, '--starts', '12', '--out', kept];
    const running = softmoe('run', ...argv);
    const fits = () => readFile(join(kept, 'fits.jsonl'), 'utf8').catch(() => '');
    await expect.poll(fits, { interval: 5 }).toMatch(/\n.+\n/);
    process.emit('SIGINT', 'SIGINT');
    expect((await running).code).toBe(exitCodes.interrupted);
    await writeFile(copy, csv(rows.slice(1)));
    const remedy = /write where it is as data\.file into .*other.data\.json/;
    const refused = await softmoe('resume', kept);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/data\.file: is not the table that the run began with/);
    expect(refused.stderr).toMatch(remedy);
    await rm(copy);
    const gone = await softmoe('resume', kept);
    expect(gone.code).toBe(2);
    expect(gone.stderr).toMatch(/data\.file: is no table: cannot be read/);
    expect(gone.stderr).toMatch(remedy);
    const backend = await softmoe('resume', kept, '--backend', 'reference');
    expect(backend.stderr).toMatch(/backend: has no meaning/);
    const config = join(kept, 'data.json');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace(JSON.stringify(copy), JSON.stringify(file)));
    expect((await softmoe('resume', kept, '--quiet')).code).toBe(0);
  }, 60_000);

  it('uses what softmoe config prints, which checks the table too', async () => {
    const { stdout, code } = await softmoe('config', '--data', file, '--target', 'z', ...quick);
    expect(code).toBe(0);
    expect(stdout).toBe('');
    const shown = await softmoe('config', '--data', file, '--target', 'z', ...quick.slice(0, -1));
    expect(JSON.parse(shown.stdout)).toEqual((await resultOf(out)).config);
    const again = await softmoe('config', join(out, 'data.json'));
    expect(JSON.parse(again.stdout).data).toMatchObject({ target: 'z' });
    const { stderr } = await softmoe('config', '--data', file, '--target', 'z', '--students', '99');
    expect(stderr).toMatch(/students: must be at most 90/);
    const schema = JSON.parse((await softmoe('config', '--schema', 'data')).stdout);
    expect(schema.properties.data.required).toEqual(['file', 'target']);
  });

  it('agrees with predict and evaluate about its test error', async () => {
    const { config, comparison, standardisation } = await resultOf(out);
    const { rows: dealt } = datasetOf(
      { inputs: rows.map((row) => row.slice(0, 3)), targets: rows.map((row) => row[3] ?? 0) },
      config,
    );
    const tested = [...dealt.test].map((row) => rows[row] ?? []);
    const part = join(folder, 'test.csv');
    await writeFile(part, csv(tested));
    const { stdout, stderr } = await softmoe('evaluate', out, '--data', part, '--json');
    expect(stderr).toBe('');
    const { rmse, relative, rows: count } = JSON.parse(stdout);
    expect(count).toBe(30);
    expect(relative).toBeCloseTo(comparison[0].test.rmse, 12);
    const whole = await softmoe('evaluate', out, '--data', file);
    expect(whole.stdout).toContain('RMSE on 150 rows');
    expect(whole.stderr).toMatch(
      /^warning: .*trained on 90 of its rows and stopped by 30; .*the other 30, the test, is (\S+)\n$/,
    );
    expect(Number(/(\S+)\n$/.exec(whole.stderr)?.[1])).toBeCloseTo(rmse, 2);

    const shuffled = join(folder, 'shuffled.csv');
    const text = tested.map(([a, b, c]) => [c, a, b].join(',')).join('\n');
    await writeFile(shuffled, `c,a,b\n${text}\n`);
    const values = join(folder, 'values.json');
    expect((await softmoe('predict', out, '--data', shuffled, '--out', values)).code).toBe(0);
    const predicted: number[] = JSON.parse(await readFile(values, 'utf8'));
    const squares = predicted.map((value, i) => (value - (tested[i]?.[3] ?? 0)) ** 2);
    expect(Math.sqrt(squares.reduce((sum, x) => sum + x, 0) / 30)).toBeCloseTo(rmse, 10);
    expect(rmse / standardisation.target.scale).toBeCloseTo(relative, 12);
  });
});
