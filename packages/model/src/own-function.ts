import { ValueError } from './errors.ts';
import { series } from './experts/polynomials.ts';
import { type Expert, evaluate, type Parity, type ScalarFunction } from './function.ts';
import { at } from './linalg/vectors.ts';

/** Points at which a function is looked at, in pairs ±z: no multiples of anything, so that a kink is at none of them. */
const POINTS: Float64Array = Float64Array.from({ length: 48 }, (_, i) => {
  const size = 0.0173 + 0.3319 * Math.floor(i / 2);
  return i % 2 === 0 ? size : -size;
});
/** Of the largest number at hand: what rounding may do to a value, and an approximation to a derivative. */
const ROUNDING = 1e-10;
const APPROXIMATION = 1e-5;
/** What digits that a user left out may do to the series of given coefficients. */
const SERIES = 1e-9;
/** Steps of the two central differences by which a derivative is judged, where they agree. */
const STEPS = [1e-3, 5e-4] as const;

const PARITIES: readonly Parity[] = ['odd', 'even', 'none'];
const known = new WeakSet<object>();

/**
 * Looks, once, whether a gate or an expert of the user's own is what it says: it has a name that is none of `taken`, `value` and
 * `derivative` are functions whose numbers are finite, belong together and have its `parity`, and `evaluate`, where it has one, agrees
 * with them, and `coefficients`, where it has them, are those of `value`. That is seen at 48 points in [−8, 8], where a wrong one would give wrong results that look right. Throws
 * {@link ValueError} about the field of `field` that is wrong.
 */
export function checkOwnFunction(
  field: string,
  f: ScalarFunction & Pick<Expert, 'name' | 'coefficients'>,
  taken: readonly string[],
): void {
  if (known.has(f)) return;
  const wrong = (name: string, problem: string, value: unknown, remedy: string) =>
    new ValueError(problem, { field: `${field}.${name}`, value, remedy });
  if (typeof f.name !== 'string' || f.name.trim() === '') {
    throw wrong('name', 'must be a text', f.name, "Give it a name of your own, such as 'swish'.");
  }
  if (taken.includes(f.name)) {
    const problem = 'is the name of one that is built in';
    throw wrong('name', problem, f.name, `Use that by its name, or call yours my-${f.name}.`);
  }
  for (const name of ['value', 'derivative'] as const) {
    if (typeof f[name] === 'function') continue;
    const remedy = `Add ${name}(z), which gives a number for a number.`;
    throw wrong(name, `must be a function of one number, and ${f.name} has none`, f[name], remedy);
  }
  if (!PARITIES.includes(f.parity)) {
    const remedy =
      "Say 'odd' where f(−z) = −f(z), 'even' where f(−z) = f(z), and 'none' elsewhere.";
    throw wrong('parity', `must be one of ${PARITIES.join(', ')}`, f.parity, remedy);
  }
  const value = POINTS.map((z) => f.value(z));
  const derivative = POINTS.map((z) => f.derivative(z));
  for (const [name, numbers] of Object.entries({ value, derivative })) {
    const i = numbers.findIndex((number) => !Number.isFinite(number));
    if (i < 0) continue;
    const problem = `must give a finite number, also at z = ${at(POINTS, i)}`;
    throw wrong(name, problem, at(numbers, i), 'Look for a division by zero, or an overflow.');
  }
  requireParity();
  requireDerivative();
  requireEvaluate();
  requireCoefficients();
  known.add(f);

  function requireParity(): void {
    const sign = f.parity === 'even' ? 1 : -1;
    for (let i = 0; i < POINTS.length && f.parity !== 'none'; i += 2) {
      const [plus, minus] = [at(value, i), at(value, i + 1)];
      if (Math.abs(plus - sign * minus) <= ROUNDING * Math.max(1, Math.abs(plus))) continue;
      const z = at(POINTS, i);
      const problem = `must be so, and f(${-z}) is ${minus} where f(${z}) is ${plus}`;
      throw wrong('parity', problem, f.parity, "Say 'none', or correct value.");
    }
  }

  function requireDerivative(): void {
    for (const [i, z] of POINTS.entries()) {
      const [coarse, fine] = STEPS.map((h) => (f.value(z + h) - f.value(z - h)) / (2 * h));
      const found = at(derivative, i);
      const allowed = APPROXIMATION * Math.max(1, Math.abs(found), Math.abs(at(value, i)));
      // Where the differences disagree the function bends too fast for them to judge.
      if (coarse === undefined || fine === undefined || !(Math.abs(coarse - fine) <= allowed))
        continue;
      const slope = fine + (fine - coarse) / 3;
      if (Math.abs(slope - found) <= allowed) continue;
      const problem = `must be that of value, whose differences at z = ${z} give ${slope}`;
      throw wrong('derivative', problem, found, 'Correct value or derivative.');
    }
  }

  function requireCoefficients(): void {
    const { coefficients } = f;
    if (coefficients === undefined) return;
    const sum = series.create({ kind: 'series', coefficients }, field);
    for (const [i, z] of POINTS.entries()) {
      const [said, found] = [sum.value(z), at(value, i)];
      if (Math.abs(said - found) <= SERIES * Math.max(1, Math.abs(found))) continue;
      const problem = `must be those of value, which is ${found} at z = ${z} where their series is ${said}`;
      throw wrong('coefficients', problem, coefficients, 'Correct them, or leave them out.');
    }
  }

  function requireEvaluate(): void {
    if (!f.evaluate) return;
    const [values, slopes] = [new Float64Array(POINTS.length), new Float64Array(POINTS.length)];
    evaluate(f, POINTS, values, slopes);
    for (const [i, z] of POINTS.entries()) {
      for (const [name, one, other] of [
        ['value', at(values, i), at(value, i)],
        ['derivative', at(slopes, i), at(derivative, i)],
      ] as const) {
        if (Math.abs(one - other) <= ROUNDING * Math.max(1, Math.abs(other))) continue;
        const problem = `must write the ${name} that ${name}(${z}) is, ${other}`;
        throw wrong('evaluate', problem, one, 'Correct it, or leave it out: it only saves time.');
      }
    }
  }
}
