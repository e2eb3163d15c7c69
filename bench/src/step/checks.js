import { errorOf } from './problem.js';

const TOLERANCE = 1e-3;

/**
 * Gives a problem to peers. Throws unless the loss and the gradient of each on the given data agree with the float64
 * model. Returns relative errors and what peers tell about themselves, by name.
 */
export async function load(processes, { file, expected }) {
  const errors = {};
  const abouts = {};
  for (const { name, isPeak, ask } of processes) {
    const { about } = await ask('load', file);
    if (about) abouts[name] = about;
    if (isPeak) continue;
    errors[name] = errorOf(await ask('check', true), expected);
    if (!(errors[name] <= TOLERANCE)) throw new Error(`${name} is off by ${errors[name]}: ${file}`);
  }
  return { errors, abouts };
}

/**
 * Throws unless online losses are about as large as the exact mean: they scatter, but the median is within a factor of
 * two where inputs are standard normals that the teacher labels.
 */
export function checkLosses(times, { expected }) {
  for (const [name, { loss }] of times) {
    if (loss > expected.online / 2 && loss < expected.online * 2) continue;
    throw new Error(`${name} has online losses of ${loss}, not about ${expected.online}`);
  }
}
