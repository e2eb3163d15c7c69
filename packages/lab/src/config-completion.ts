import { hasOwnGates, together } from '@softmoe/model/checks';
import { hasClosedForm } from '@softmoe/population';
import type { Config, PartialConfig } from './config-schema.ts';
import { ConfigError } from './errors.ts';

/**
 * `given` with the defaults that depend on its other fields. Where there is a closed form the engine is exact and the
 * balanced flow is followed. Elsewhere Adam descends on fresh samples in span coordinates, docs/theory.md (37). Where
 * units share their gates they compete from the start, so that small amplitudes have no part to play.
 */
export function completeConfig(given: PartialConfig): Config {
  const ownGates = hasOwnGates(given.routing);
  const closedForm = hasClosedForm(given);
  const engine = given.engine ?? (closedForm ? 'exact' : 'subspace');
  const flowMethod = engine === 'exact' ? 'dormandPrince' : 'euler';
  const method = given.train.method ?? (closedForm ? flowMethod : 'adam');
  const adam = method === 'adam';
  return {
    ...given,
    engine,
    initialAmplitude: given.initialAmplitude ?? (ownGates ? 1e-3 : 0.5),
    train: {
      ...given.train,
      method,
      flow: given.train.flow ?? (adam || !ownGates ? 'plain' : 'balanced'),
      step: given.train.step ?? (adam ? 0.01 : 0.1),
      time: given.train.time ?? (adam ? 60 : 150),
      batchSize: given.train.batchSize ?? (engine === 'subspace' ? 4096 : 8192),
      recordEvery: given.train.recordEvery ?? (adam ? 0.1 : 0.5),
    },
  };
}

/** Throws {@link ConfigError} for fields that are right one by one but not together. */
export function checkConfig(config: Config): void {
  const mistake = together([...mistakesIn(config)]);
  if (mistake) throw mistake;
}

function* mistakesIn(config: Config): Generator<ConfigError> {
  const { engine, routing, expert, students, prune, train } = config;
  if (engine === 'exact' && !hasClosedForm(config)) {
    const cause = hasOwnGates(routing) ? `${expert.kind} experts` : `${routing} routing`;
    yield new ConfigError(`needs a closed form, and there is none with ${cause}`, {
      field: 'engine',
      value: engine,
      remedy:
        "Use engine 'subspace', which samples the population loss in span coordinates, or 'online'.",
    });
  }
  if (engine !== 'exact' && train.method !== 'euler' && train.method !== 'adam') {
    yield new ConfigError('is an adaptive method, which needs exact gradients', {
      field: 'train.method',
      value: train.method,
      remedy: `Use 'euler' or 'adam' with engine '${engine}', or engine 'exact'.`,
    });
  }
  if (train.flow === 'balanced' && !hasOwnGates(routing)) {
    yield new ConfigError(`is not defined for ${routing} routing`, {
      field: 'train.flow',
      value: train.flow,
      remedy: "Use flow 'plain', or routing 'independent'.",
    });
  }
  if (train.flow === 'balanced' && train.method === 'adam') {
    yield new ConfigError('is not what adam follows: it scales the plain gradient itself', {
      field: 'train.flow',
      value: train.flow,
      remedy: "Use flow 'plain' with method 'adam', or method 'euler'.",
    });
  }
  if (engine === 'exact' && train.noise > 0) {
    yield new ConfigError('has no effect on the exact engine', {
      field: 'train.noise',
      value: train.noise,
      remedy: "Use engine 'subspace' or 'online', or leave the noise out.",
    });
  }
  if (engine !== 'online' && train.sampling !== 'inputs') {
    const drawn = engine === 'exact' ? 'draws nothing' : 'draws in the span, without its outside';
    yield new ConfigError(`is a way to draw the batches of SGD, and engine '${engine}' ${drawn}`, {
      field: 'train.sampling',
      value: train.sampling,
      remedy: "Use engine 'online', or sampling 'inputs'.",
    });
  }
  if (prune.rule === 'size' && prune.size > students) {
    yield new ConfigError(`is more than the ${students} students`, {
      field: 'prune.size',
      value: prune.size,
      remedy: `Use a size from 1 to ${students}.`,
    });
  }
}
