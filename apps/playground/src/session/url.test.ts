import { type Config, parseConfig, presetConfig, presetNames } from '@softmoe/lab';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHash, toHash } from './url.ts';

describe('a link', () => {
  it('holds the whole config of every preset', () => {
    for (const name of presetNames) {
      const config = presetConfig(name);
      const link = fromHash(`#${toHash(config, 'float64', false)}`);
      expect(parseConfig(link.config)).toEqual(config);
      expect(link.kernel).toBe('float64');
      expect(link.autoplay).toBe(false);
      expect(fromHash(toHash(config, undefined, false)).kernel).toBeUndefined();
    }
  });

  it('gives back any config, bit for bit', () => {
    const configs: fc.Arbitrary<Config> = fc
      .record({
        inputDim: fc.integer({ min: 1, max: 1e6 }),
        seed: fc.maxSafeNat(),
        initialAmplitude: fc.double({ min: 1e-12, max: 1, noNaN: true }),
        gate: fc.constantFrom('sigmoid' as const, 'probit' as const, 'tanh' as const),
        expert: fc.oneof(
          fc.record({
            kind: fc.constant('hermite' as const),
            degree: fc.integer({ min: 1, max: 6 }),
          }),
          fc.record({
            kind: fc.constant('series' as const),
            // All of them zero is no expert, which parseConfig refuses.
            coefficients: fc
              .array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
                minLength: 1,
                maxLength: 7,
              })
              .filter((all) => all.some((one) => one !== 0)),
          }),
        ),
        geometry: fc.oneof(
          fc.constant({ kind: 'orthonormal' as const }),
          fc.record({
            kind: fc.constant('correlated' as const),
            overlap: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
          }),
        ),
      })
      .map((input) => parseConfig(input));
    fc.assert(
      fc.property(configs, fc.boolean(), (config, autoplay) => {
        const link = fromHash(`#${toHash(config, 'simd', autoplay)}`);
        // JSON has no minus zero, and neither has a link.
        expect(link.config).toEqual(JSON.parse(JSON.stringify(config)));
        expect(link.autoplay).toBe(autoplay);
      }),
    );
  });

  it('may name a preset, and nothing more', () => {
    expect(fromHash('#preset=canonical')).toMatchObject({ preset: 'canonical', config: undefined });
    expect(fromHash('')).toMatchObject({ preset: undefined, config: undefined, kernel: undefined });
  });

  it('never throws, and reaches no prototype', () => {
    fc.assert(fc.property(fc.string(), (text) => void fromHash(`#${text}`)));
    const { config } = fromHash('#__proto__.polluted=1&constructor.prototype.polluted=1');
    expect({}).not.toHaveProperty('polluted');
    expect(() => parseConfig(config)).toThrow(/is not a field/);
  });
});
