import { mapParams, type Params, UnknownNameError, zeros } from '@softmoe/model';
import type { VectorField } from '../field.ts';

/**
 * `field` with the parameters of these names at rest: what the others would do if those never learnt. The others still feel
 * where the frozen ones stand. Throws {@link UnknownNameError} when the field moves no parameter of a name.
 */
export function frozen(field: VectorField, names: readonly string[]): VectorField {
  return (model, gradient): Params => {
    const velocity = field(model, gradient);
    const unknown = names.find((name) => !Object.hasOwn(velocity, name));
    if (unknown !== undefined) {
      throw new UnknownNameError('is not a parameter of the model', {
        field: 'names',
        value: unknown,
        remedy: `Use one of ${Object.keys(velocity).join(', ')}.`,
      });
    }
    return mapParams(velocity, (array, name) =>
      names.includes(name) ? zeros(array.shape) : array,
    );
  };
}
