/** Of the normal distribution, for 95 %. */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % score interval of the probability behind `successes` of `trials` (Wilson, J. Amer. Statist. Assoc. 22,
 * 1927): within [0, 1], and not a point at 0 or at all of them. [0, 1] without trials.
 */
export function wilson(successes: number, trials: number): readonly [low: number, high: number] {
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = (share + Z ** 2 / (2 * trials)) / scale;
  const half = (Z * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2))) / scale;
  return [
    successes === 0 ? 0 : Math.max(0, centre - half),
    successes === trials ? 1 : Math.min(1, centre + half),
  ];
}
