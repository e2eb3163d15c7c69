import { zipSync } from 'fflate';
import { dump } from 'npyjs';
import {
  drop,
  enter,
  expect,
  exported,
  more,
  narration,
  open,
  openFile,
  prune,
  test,
  trained,
} from './page.ts';

test('a file may be dropped anywhere', async ({ page }) => {
  await open(page, 'preset=quick');
  await drop(page, { 'my.json': '{ "inputDim": 20, "teachers": 2, "students": 7 }' });
  await expect(page).toHaveURL(/inputDim=20/);
  await expect(page.getByLabel('Students m', { exact: true })).toHaveValue('7');
});

test('a model goes out and comes back', async ({ page }) => {
  await open(page, 'preset=quick&autoplay=1');
  await expect(narration(page)).toHaveText(/^Certified/);
  const model = await exported(page, 'Student as it is now, safetensors');
  await expect(page.getByRole('button', { name: 'Step', exact: true })).toBeDisabled();
  await openFile(page, 'm.safetensors', model);
  const imported = page.getByTestId('imported');
  await expect(imported).toContainText('m.safetensors is the student of this run');
  // A config alone does not tell that start, so nothing can begin beside it.
  await expect(page.getByTestId('beside')).toHaveCount(0);
  await expect(page.getByLabel('Students m', { exact: true })).toHaveValue('3');
  await expect(narration(page)).toHaveText(/^Certified/);
  await page.getByRole('button', { name: 'Make it the teacher' }).click();
  await expect(imported).toContainText('m.safetensors is the teacher of this run');
  await enter(page.getByLabel('Students m', { exact: true }), '9');
  await expect(page.getByLabel('Teacher experts k', { exact: true })).toHaveValue('3');
  await expect(imported).toContainText('is the teacher');
  await expect(narration(page)).toHaveText(/^Certified/);
  await enter(page.getByLabel('Teacher experts k', { exact: true }), '2');
  await expect(page.getByTestId('error')).toContainText('must be the 3 of the teacher given');
  await expect(imported).toContainText('is the teacher');
});

const row = (at: number) => Array.from({ length: 24 }, (_, i) => (i === at ? 1 : 0));
const arrays = { router: [row(0), row(1)], expert: [row(2), row(3)], amplitude: [1, -0.8] };

/** An archive as `numpy.savez` writes it. */
function npz(): Uint8Array {
  const npy = (numbers: readonly number[], shape: number[]) =>
    new Uint8Array(dump(Float64Array.from(numbers), shape));
  const matrix = (rows: readonly number[][]) => npy(rows.flat(), [2, 24]);
  return zipSync({
    'router.npy': matrix(arrays.router),
    'expert.npy': matrix(arrays.expert),
    'amplitude.npy': npy(arrays.amplitude, [2]),
  });
}

test('arrays of NumPy are the teacher, of units as the controls say', async ({ page }) => {
  await open(page, 'preset=quick&autoplay=1');
  await drop(page, { 'mine.npz': npz() });
  const imported = page.getByTestId('imported');
  await expect(imported).toContainText('mine.npz is the teacher of this run');
  await expect(imported).toContainText(
    'Assumed, as the controls say: Routing independent, Gate sigmoid, Expert He₃/√6 (cubic).',
  );
  await expect(page.getByLabel('Dimension d', { exact: true })).toHaveValue('24');
  await expect(narration(page)).toHaveText(/^Certified.* all 2 teacher experts recovered/);
  const { config } = JSON.parse(`${await exported(page, 'Result, JSON')}`);
  expect(config.teacher.amplitudes).toEqual([1, -0.8]);
  await more(page);
  await page.getByLabel('Gate', { exact: true }).selectOption('tanh');
  await expect(imported).toContainText('Gate tanh');
  await expect(imported).toContainText('mine.npz is the teacher');
  await enter(page.getByLabel('Teacher experts k', { exact: true }), '3');
  await expect(page.getByTestId('error')).toContainText('must be the 2 of the teacher given');
});

test('arrays in JSON come by the button, and wrong ones are named and leave the run as it is', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await openFile(page, 'mine.json', JSON.stringify(arrays));
  const imported = page.getByTestId('imported');
  await expect(imported).toContainText('mine.json is the teacher of this run');
  await trained(page);
  const before = await exported(page, 'Records of training, CSV');
  const told = page.getByTestId('error');
  const [first = [], ...others] = arrays.expert;
  for (const [change, sentence] of [
    [{ amplitude: undefined }, 'teacher.amplitude: is missing'],
    [{ amplitude: [1] }, 'teacher.amplitude: must have shape [2]'],
    [{ amplitude: [1, null] }, 'amplitude[1]: must be a number'],
    [{ expert: [first.map(() => 0), ...others] }, 'teacher.expert[0]: is a row of zeros'],
  ] as const) {
    await drop(page, { 'wrong.json': JSON.stringify({ ...arrays, ...change }) });
    await expect(told).toContainText('wrong.json was not taken');
    await expect(told).toContainText(sentence);
    await expect(told).toContainText('The run on the page goes on');
  }
  await drop(page, { 'wrong.npz': npz().subarray(0, -30) });
  await expect(told).toContainText('cannot be read as arrays of NumPy');
  await expect(imported).toContainText('mine.json is the teacher of this run');
  expect((await exported(page, 'Records of training, CSV')).equals(before)).toBe(true);
  // Rows of another length make another function, which is told.
  const long = { ...arrays, router: arrays.router.map((line) => line.map((x) => 2 * x)) };
  await drop(page, { 'long.json': JSON.stringify(long) });
  await expect(imported).toContainText('long.json is the teacher of this run');
  await expect(page.getByRole('status').filter({ hasText: 'normalised' })).toBeVisible();
});

test('a file that is no config or model is told of where it was let fall, and the run goes on', async ({
  page,
}) => {
  await open(page, 'preset=quick');
  await trained(page);
  const before = await exported(page, 'Records of training, CSV');
  const url = page.url();
  await drop(page, { 'notes.txt': 'rubbish' });
  const told = page.getByTestId('error');
  await expect(told).toContainText('notes.txt was not taken');
  await expect(told).toContainText('The run on the page goes on');
  const box = await told.boundingBox();
  expect([box?.x, box?.y]).toEqual([300, 400]);
  await drop(page, { 'notes.txt': '{ "inputDim": "many" }' }, { x: 5000, y: 5000 });
  await expect(told).toContainText('inputDim');
  await expect(told).toBeInViewport({ ratio: 1 });
  await drop(page, { 'a.json': '{ "inputDim": 20 }', 'b.json': '{ "inputDim": 20 }' });
  await expect(told).toContainText('None of the 2 files was taken.');
  await expect(told).toContainText('these came together: a.json and b.json');
  expect(page.url()).toBe(url);
  await expect(page.getByLabel('Dimension d', { exact: true })).not.toHaveAttribute('aria-invalid');
  expect((await exported(page, 'Records of training, CSV')).equals(before)).toBe(true);
  await told.getByRole('button', { name: 'Close' }).click();
  await expect(told).toHaveCount(0);
  await prune(page);
});

test('a bad file is refused with a remedy, and the page goes on', async ({ page }) => {
  await open(page, 'preset=quick');
  for (const [name, text, told] of [
    ['notes.txt', 'hello', '5 bytes'],
    ['config.json', '{"inputDim":', 'is not JSON'],
    ['empty.json', '', 'is empty'],
    ['x.safetensors', '\u0008', '1 bytes'],
  ] as const) {
    await openFile(page, name, text);
    await expect(page.getByTestId('error')).toContainText(told);
  }
  await page.getByTestId('preset').selectOption('tanh');
  await expect(page.getByTestId('error')).toHaveCount(0);
});
