import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MoE, type MoESpec, retract, saveMoE } from '@softmoe/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { softmoe, start } from '../../test/softmoe.ts';

/** A model with unit rows in all directions, or along the axes. */
function modelOf(
  rest: object = {},
  entry = (i: number, c: number) => Math.sin((i + 1) * (c + 2) ** 2),
) {
  const kind = { gate: 'sigmoid', expert: { kind: 'hermite', degree: 3 }, routing: 'independent' };
  const spec = { inputDim: 12, experts: 2, ...kind, ...rest } as MoESpec;
  const rows = (first: number) => ({
    shape: [spec.experts, spec.inputDim],
    data: Float64Array.from({ length: spec.experts * spec.inputDim }, (_, p) =>
      entry(first + Math.floor(p / spec.inputDim), p % spec.inputDim),
    ),
  });
  const amplitude = { shape: [spec.experts], data: new Float64Array(spec.experts).fill(1) };
  return retract(spec, { router: rows(0), expert: rows(spec.experts), amplitude });
}
const moved = ({ spec, params }: MoE, by: number) =>
  retract(spec, {
    ...params,
    router: { ...params.router, data: params.router.data.map((x, i) => x + by * Math.sin(i)) },
  });

let folder: string;
const path = (name: string) => join(folder, `${name}.safetensors`);
const write = (name: string, model: MoE) => writeFile(path(name), saveMoE(model));
const certified = (student: string, ...options: string[]) =>
  softmoe('certify', path(student), '--teacher', path('teacher'), '--quiet', ...options);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-certify-'));
  const teacher = modelOf();
  await write('teacher', teacher);
  await write('near', moved(teacher, 1e-4));
  await write('far', moved(teacher, 0.2));
  await write('wide', modelOf({ inputDim: 13 }));
  await write('tanh', modelOf({ gate: 'tanh' }));
  await write('square', modelOf({ expert: { kind: 'hermite', degree: 2 } }));
  await write('three', modelOf({ experts: 3 }));
  const { gate: _, ...shared } = teacher.spec as { gate: unknown };
  await write('softmax', {
    spec: { ...shared, routing: 'softmax' } as MoESpec,
    params: { ...teacher.params, routerBias: { shape: [2], data: new Float64Array(2) } },
  });
  await writeFile(path('broken'), saveMoE(teacher).slice(0, 100));
  await mkdir(join(folder, 'a-folder'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('softmoe certify', () => {
  it('calls a copy certified and proved', async () => {
    const { code, stdout, stderr } = await certified('teacher');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/A student of 2 experts and a teacher of 2 in 12 dimensions/);
    expect(stdout).toMatch(/✔ {2}certified and proved\n[\s\S]*\n {3}proved: in the ball of radius/);
    expect(stdout).toMatch(/μ +0\.0\d+\n +λmax +\d/);
  });

  it('proves that descent gets from a student near by to the teacher, and does not certify it', async () => {
    const { code, stdout } = await certified('near', '--json');
    const { certificate, nullLoss, identifiability } = JSON.parse(stdout);
    expect(certificate).toMatchObject({ verdict: 'not-converged', proofFailure: null });
    expect(certificate.proof.distance).toBeGreaterThan(1e-4);
    expect(certificate.proof.rateHere).toBeLessThan(certificate.proof.rate);
    expect(nullLoss).toBeGreaterThan(0);
    expect(identifiability.kind).toBe('unique');
    expect(code).toBe(3);
  });

  it('says of a student outside the ball how far it is', async () => {
    const { code, stdout } = await certified('far');
    expect(code).toBe(3);
    expect(stdout).toMatch(/✘ {2}not-converged\n[\s\S]*not proved: the student is 0\.\d+ from/);
    expect(stdout).not.toMatch(/\n {3}proved/);
  });

  it('judges students of other sizes, and leaves out the proof where it is told to', async () => {
    const other = JSON.parse((await certified('three', '--json')).stdout);
    expect(other.certificate).toMatchObject({ proof: null, proofFailure: { reason: 'size' } });
    const without = JSON.parse((await certified('teacher', '--json', '--no-proof')).stdout);
    expect(without.certificate).toMatchObject({
      verdict: 'certified',
      proof: null,
      proofFailure: { reason: 'not-attempted' },
    });
  });

  it('judges models without a closed form on a fixed sample, and proves nothing of them', async () => {
    const { code, stdout } = await softmoe(
      ...['certify', path('softmax'), '--teacher', path('softmax'), '--quiet'],
    );
    expect(stdout).toMatch(/those on one fixed sample[\s\S]*μ +[\d.]+ ± /);
    expect(stdout).toMatch(/✔ {2}certified\n[\s\S]*not proved: proofs are for independent gates/);
    expect(code).toBe(0);
  });

  it.each([
    ['wide', /^ShapeError: student\.spec\.inputDim: .*\b12\b.*got 13/],
    ['tanh', /^ValueError: student\.spec: must have the teacher's gate, expert and routing/],
    ['square', /^ValueError: student\.spec: must have the teacher's gate, expert and routing/],
    ['softmax', /^ValueError: student\.spec: must have the teacher's gate, expert and routing/],
    ['broken', /^FormatError: student: holds no model: .*broken\.safetensors/],
    ['missing', /^FormatError: student: cannot be read.*missing\.safetensors.*Check the path/],
  ])('refuses %s beside the teacher with a typed error', async (name, message) => {
    const { code, stdout, stderr } = await certified(name);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it('refuses a folder, and a command without a teacher', async () => {
    const inFolder = await softmoe('certify', folder, '--teacher', path('teacher'));
    expect(inFolder.stderr).toMatch(/^FormatError: student: is a folder/);
    const alone = await softmoe('certify', path('teacher'));
    expect(alone.stderr).toMatch(/required option '--teacher <file>'/);
    expect([inFolder.code, alone.code]).toEqual([2, 2]);
  });

  it('says what a proof for more than 16 units costs, and is stopped by Ctrl-C', async () => {
    const axes = (i: number, c: number) => (i === c ? 1 : 0);
    await write('many', modelOf({ experts: 20, inputDim: 40 }, axes));
    const { ended, said } = start('certify', path('many'), '--teacher', path('many'));
    await said(/The proof for 20 units needs two matrices of 21 MB and about \d+ s/);
    process.emit('SIGINT', 'SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/stopped; nothing was kept\n$/);
  });
});
