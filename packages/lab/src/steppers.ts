import type { Objective } from '@softmoe/model';
import {
  adam,
  balancedFlow,
  bogackiShampine,
  descend,
  dormandPrince,
  euler,
  integrate,
  type Method,
  plainFlow,
  type Stepper,
} from '@softmoe/train';
import type { Config } from './config.ts';

/** What advances the student in training: an integrator of a flow, or Adam. */
export function stepperOf({ train }: Config, objective: Objective): Stepper {
  const { method, flow, step } = train;
  if (method === 'adam') {
    // In time an update counts as its learning rate, as one of euler does as its step.
    return descend({ ...adam({ learningRate: step }), timeStep: step }, objective);
  }
  return integrate(
    flow === 'balanced' ? balancedFlow : plainFlow,
    objective,
    methodOf(method, train),
  );
}

function methodOf(
  method: Exclude<Config['train']['method'], 'adam'>,
  { tolerance, step }: Config['train'],
): Method {
  switch (method) {
    case 'euler':
      return euler({ fixedStep: step });
    case 'bogackiShampine':
      return bogackiShampine({ rtol: tolerance });
    case 'dormandPrince':
      return dormandPrince({ rtol: tolerance });
  }
}

/** What advances the pruned student on fresh batches: the plain flow by Euler's method. */
export function refinerOf({ finetune }: Config, objective: Objective): Stepper {
  return integrate(plainFlow, objective, euler({ fixedStep: finetune.onlineStep }));
}
