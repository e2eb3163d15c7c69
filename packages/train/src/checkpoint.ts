import {
  checkArray,
  decodeMoE,
  decodeTensors,
  encodeMoE,
  encodeTensors,
  FormatError,
  type NDArray,
  type Params,
  parameterLayout,
  requireFinite,
  requireInteger,
} from '@softmoe/model';
import { type MethodState, requireState, type TrainState } from './state.ts';

type Tensors = Readonly<Record<string, NDArray>>;

/**
 * The state as a safetensors file: the model as in its own file, and beside it, with a slash in their names,
 * `gradient/<parameter>`, `state/<number>`, `method/<number>` and `method/<arrays>/<parameter>`. All numbers are float64
 * tensors, so {@link loadState} gives the same state back bit for bit. Throws a typed error for what is no state.
 */
export function saveState(state: TrainState): Uint8Array<ArrayBuffer> {
  requireState('state', state);
  const { step, time, model, method, plateau } = state;
  const { loss, gradient } = state.evaluation;
  const { tensors, metadata } = decodeTensors(encodeMoE(model));
  const numbers = {
    step,
    time,
    loss,
    ...(plateau && { plateauLoss: plateau.loss, plateauStep: plateau.step }),
  };
  const all: Tensors = {
    ...tensors,
    ...under('gradient', gradient),
    ...under('state', scalars(numbers)),
    ...under('method', scalars(method.numbers)),
  };
  const arrays = Object.entries(method.arrays).map(([name, params]) =>
    under(`method/${name}`, params),
  );
  return encodeTensors(Object.assign({}, all, ...arrays), metadata);
}

/** The state in a file that {@link saveState} wrote. Throws {@link FormatError} or another typed error for any other. */
export function loadState(bytes: Uint8Array): TrainState {
  const { tensors, metadata } = decodeTensors(bytes);
  const ofModel = Object.entries(tensors).filter(([name]) => !name.includes('/'));
  const model = decodeMoE(encodeTensors(Object.fromEntries(ofModel), metadata));

  const gradient = within('gradient', tensors);
  for (const [name, { shape }] of Object.entries(parameterLayout(model.spec))) {
    checkArray(`gradient/${name}`, present(gradient, name, 'gradient'), shape);
  }
  const numbers = within('state', tensors);
  const number = (name: string) => scalar(`state/${name}`, present(numbers, name, 'state'));
  const [step, time, loss] = [number('step'), number('time'), number('loss')];
  requireInteger('state/step', step, 0);
  requireFinite('state/time', time, 0);
  requireFinite('state/loss', loss);
  return {
    step,
    time,
    model,
    evaluation: { loss, gradient },
    method: methodIn(within('method', tensors)),
    ...('plateauLoss' in numbers && {
      plateau: { loss: number('plateauLoss'), step: number('plateauStep') },
    }),
  };
}

function methodIn(tensors: Tensors): MethodState {
  const names = Object.keys(tensors);
  const numbers = names.filter((name) => !name.includes('/'));
  const arrays = new Set(names.filter((name) => name.includes('/')).map((n) => n.split('/')[0]!));
  return {
    numbers: Object.fromEntries(
      numbers.map((name) => [name, scalar(`method/${name}`, tensors[name]!)]),
    ),
    arrays: Object.fromEntries([...arrays].map((name) => [name, within(name, tensors)])),
  };
}

/** The tensors with `prefix/` before their names. */
function under(prefix: string, tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, array]) => [`${prefix}/${name}`, array]),
  );
}

/** Those whose names begin with `prefix/`, without it. */
function within(prefix: string, tensors: Tensors): Params {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, array]) => [name.slice(prefix.length + 1), array]),
  );
}

function scalars(numbers: Readonly<Record<string, number>>): Tensors {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, x]) => [name, { shape: [], data: Float64Array.of(x) }]),
  );
}

function scalar(field: string, { shape, data }: NDArray): number {
  if (shape.length === 0 && data.length === 1) return data[0]!;
  throw damaged('must be a single number', field, shape);
}

function present(tensors: Tensors, name: string, group: string): NDArray {
  const array = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (array) return array;
  throw damaged('is missing', `${group}/${name}`, Object.keys(tensors));
}

function damaged(problem: string, field: string, value: unknown): FormatError {
  return new FormatError(problem, {
    field,
    value,
    remedy: 'Load a file that saveState wrote; loadMoE reads a file that holds a model alone.',
  });
}
