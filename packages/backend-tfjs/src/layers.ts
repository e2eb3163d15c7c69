import {
  createMoE,
  type MoE,
  type MoESpec,
  ndarray,
  normaliseRows,
  type Params,
  ShapeError,
} from '@softmoe/model';
import { checkSpec, requireFrame, requireModel, type Written } from '@softmoe/model/checks';
import { param, parameterLayout } from '@softmoe/model/linalg';
import {
  div,
  expandDims,
  serialization,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor,
  tidy,
  version_core,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, version_layers } from '@tensorflow/tfjs-layers';
import { requireBuiltIn } from './kernel-spec.ts';
import { type SoftMoEParams, softMoE as softMoEOp } from './soft-moe-op.ts';
import { checkVersion } from './versions.ts';

/** What a {@link softMoE} layer is: the fields of a spec but `inputDim`, which follows from its input, and those of any layer. */
export interface SoftMoELayerConfig {
  /** m, the number of units. */
  readonly experts: number;
  /** Gate of each unit by its name, with a norm or without, where units have gates of their own (default: sigmoid). */
  readonly gate?: MoESpec['gate'];
  /** One that is built in (default: the Hermite polynomial of degree 3). */
  readonly expert?: MoESpec['expert'];
  /** Default: independent. */
  readonly routing?: MoESpec['routing'];
  /** Seed of the initial weights; without it they differ from layer to layer. */
  readonly seed?: number;
  /** [d], of the first layer of a model. */
  readonly inputShape?: number[];
  readonly name?: string;
  readonly trainable?: boolean;
}

/**
 * A layer of TensorFlow.js that computes f(x) of a soft-routed mixture of experts, docs/theory.md (2) and (5): [batch, d] →
 * [batch, 1]. It trains with `model.fit`, and models with it are saved and loaded like any, where this module has been imported.
 * Router and expert rows that a spec has on the unit sphere are normalised in each call, whatever the weights' lengths. Throws a
 * typed error about `config` for what is no spec, an `UnsupportedError` for a gate or expert of the user's own, which no saved
 * model could bring back, and a `TfjsStartError` for a tfjs-layers of another version than tfjs-core.
 */
export function softMoE(config: SoftMoELayerConfig): layers.Layer {
  return new SoftMoE(config);
}

/** The layer that computes f of a model, in float32, for `tf.sequential` and any training after. Throws what `saveMoE` throws. */
export function layerOf(model: MoE): layers.Layer {
  requireModel('model', model);
  requireFrame('model', model.spec);
  const { inputDim, ...spec } = model.spec;
  const weights = Object.values(parameterLayout(model.spec)).map(({ name, shape }) =>
    tensor(Float32Array.from(param(model.params, name).data), [...shape]),
  );
  return new SoftMoE({ ...spec, inputShape: [inputDim], weights });
}

/**
 * The model whose f a {@link softMoE} layer computes, with unit rows in float64. Throws a {@link ShapeError} for another layer and
 * one that has not seen its input yet.
 */
export function modelOf(layer: layers.Layer): MoE {
  if (layer instanceof SoftMoE && layer.spec) return layer.toMoE(layer.spec);
  throw new ShapeError('must be a softMoE layer that knows its inputs', {
    field: 'layer',
    value: layer.getClassName(),
    remedy: 'Give softMoE({ inputShape: [d], … }), or take it from a model that has been built.',
  });
}

type LayerArgs = ConstructorParameters<typeof layers.Layer>[0];

class SoftMoE extends layers.Layer {
  static readonly className = 'SoftMoE';
  /** Known once the layer has been built. */
  spec: MoESpec | undefined;
  /** The spec but for its `inputDim`. */
  private readonly kind: MoESpec;
  private readonly seed: number | undefined;
  private readonly variables = new Map<string, LayerVariable>();

  constructor({ experts, gate, expert, routing, seed, ...args }: SoftMoELayerConfig & LayerArgs) {
    checkVersion('@tensorflow/tfjs-layers', version_layers, version_core);
    super(args);
    const kind: Written<MoESpec> = {
      inputDim: 1,
      experts,
      expert: expert ?? { kind: 'hermite', degree: 3 },
      routing: routing ?? 'independent',
      ...((gate ?? routing !== 'softmax') && { gate: gate ?? 'sigmoid' }),
    };
    checkSpec(kind, 'config');
    requireBuiltIn(kind, {
      field: 'config',
      problem: 'is an object, which a saved model could not bring back',
      remedy:
        'Call the op softMoE in a layer of your own, which knows the object, or name one that is built in.',
    });
    this.kind = kind;
    this.seed = seed;
  }

  override build(inputShape: (number | null)[] | (number | null)[][]): void {
    const [, inputDim, more] = inputShape;
    if (typeof inputDim !== 'number' || more !== undefined) {
      throw new ShapeError('must be points as rows, [batch, d]', {
        field: 'inputShape',
        value: inputShape,
        remedy: 'Flatten other inputs first: tf.layers.flatten().',
      });
    }
    const spec = { ...this.kind, inputDim };
    for (const [i, { name, shape }] of Object.values(parameterLayout(spec)).entries()) {
      const stddev = 1 / Math.sqrt(shape.at(-1) ?? 1);
      const seed = this.seed === undefined ? {} : { seed: this.seed * 3 + i };
      const initializer =
        name === 'routerBias'
          ? initializers.zeros()
          : initializers.randomNormal({ stddev, ...seed });
      this.variables.set(name, this.addWeight(name, [...shape], 'float32', initializer));
    }
    this.spec = spec;
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [x] = [inputs].flat();
      const { spec } = this;
      if (!x || !spec) throw new TypeError('a softMoE layer was called before it was built');
      const params = Object.values(parameterLayout(spec)).map(({ name, manifold }) => {
        const weight = this.weight(name).read();
        return [name, manifold === 'sphere' ? unitRows(weight) : weight];
      });
      return expandDims(softMoEOp(x, Object.fromEntries(params) as SoftMoEParams, spec), 1);
    });
  }

  override computeOutputShape(inputShape: (number | null)[]): (number | null)[] {
    return [inputShape[0] ?? null, 1];
  }

  override getConfig(): serialization.ConfigDict {
    const { inputDim: _, ...kind } = this.kind;
    const seed = this.seed === undefined ? {} : { seed: this.seed };
    return { ...super.getConfig(), ...kind, ...seed } as serialization.ConfigDict;
  }

  toMoE(spec: MoESpec): MoE {
    const params = Object.values(parameterLayout(spec)).map(({ name, shape, manifold }) => {
      const array = ndarray([...shape], Float64Array.from(this.weight(name).read().dataSync()));
      return [name, manifold === 'sphere' ? normaliseRows(array) : array];
    });
    return createMoE(spec, Object.fromEntries(params) as Params);
  }

  private weight(name: string): LayerVariable {
    const variable = this.variables.get(name);
    if (variable) return variable;
    throw new TypeError(`a softMoE layer has no weight ${name}`);
  }
}

serialization.registerClass(SoftMoE);

function unitRows(rows: Tensor): Tensor {
  return div(rows, sqrt(sum(square(rows), 1, true)));
}
