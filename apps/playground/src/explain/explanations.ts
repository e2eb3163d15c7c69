import {
  at,
  display,
  frac,
  row,
  star,
  sub,
  subsup,
  sup,
  tokens as t,
  under,
  underover,
} from './mathml.ts';

/** An equation of docs/theory.md, by its number there. */
interface Equation {
  readonly number: number;
  /** In MathML. */
  readonly math: string;
}

export interface Explanation {
  readonly text: string;
  readonly equations: readonly Equation[];
}

const expertOverlap = row(t('( w ·'), star('w'), t(')'));
const routerOverlap = row(t('( v ·'), star('v'), t(')'));
const sum = (index: string, last: string) => underover(t('∑'), t(`${index} = 1`), t(last));

const unit: Equation = {
  number: 1,
  math: display(t('u ( x ; v , w ) = g ( v · x ) h ( w · x )')),
};
const model: Equation = {
  number: 2,
  math: display(
    t('f ( x ) ='),
    sum('i', 'm'),
    row(at('a', 'i'), t('u ( x ;'), at('v', 'i'), t(','), at('w', 'i'), t(')')),
  ),
};
const loss: Equation = {
  number: 3,
  math: display(t('L = ½ E'), sup(row(t('( f −'), star('f'), t(')')), t('2'))),
};

/** What each figure shows and the equations behind it, by the figure's id. */
export const explanations: Readonly<Record<string, Explanation>> = {
  alignment: {
    text:
      'For cubic experts, and to leading order while everything else is small, an expert climbs by the square of its own ' +
      'overlap, and needs only a gate that is open on average. A router climbs by the cube of its expert’s overlap: it has no ' +
      'signal before its expert has one. That is the guidance.',
    equations: [
      {
        number: 22,
        math: display(
          frac(row(t('d'), expertOverlap), t('d t')),
          t('≈ 3'),
          subsup(t('c'), t('0'), t('2')),
          sup(expertOverlap, t('2')),
          row(t('( 1 −'), sup(expertOverlap, t('2')), t(')')),
        ),
      },
      {
        number: 23,
        math: display(
          frac(row(t('d'), routerOverlap), t('d t')),
          t('≈'),
          subsup(t('c'), t('1'), t('2')),
          sup(expertOverlap, t('3')),
          row(t('( 1 −'), sup(routerOverlap, t('2')), t(')')),
        ),
      },
    ],
  },
  students: {
    text:
      'Teacher and student are sums of units. A unit is the product of a gate along its router v and an expert along its ' +
      'own direction w, times an amplitude. Overlaps are the cosines between a student’s directions and the teacher’s.',
    equations: [unit, model],
  },
  loss: {
    text:
      'The loss is half the mean square of the difference over all normally distributed inputs. In the balanced flow ' +
      'directions follow the correlation C of their unit with what is not explained yet, whatever the amplitude, and ' +
      'amplitudes multiply.',
    equations: [
      loss,
      {
        number: 19,
        math: display(
          at('w', 'i'),
          t('′ ='),
          at('s', 'i'),
          at('P', 'w'),
          frac(row(t('∂'), at('C', 'i')), row(t('∂'), at('w', 'i'))),
          t(', ( log |'),
          at('a', 'i'),
          t('| ) ′ = 2'),
          at('s', 'i'),
          at('C', 'i'),
        ),
      },
    ],
  },
  elimination: {
    text:
      'For a set S of units that are kept, the best amplitudes solve least squares in the Gram matrix G of the units, ' +
      'without training. Units leave one at a time, the least needed first. Doubles cost nearly nothing; the last of a ' +
      'kind cannot be made up for, so the loss jumps there by the largest factor.',
    equations: [
      {
        number: 25,
        math: display(at('a', 'S'), t('='), subsup(t('G'), t('S S'), t('− 1')), at('t', 'S')),
      },
      {
        number: 26,
        math: display(
          t('L ( S ) = ½ ( E'),
          sup(t('y'), t('2')),
          t('−'),
          subsup(t('t'), t('S'), t('⊤')),
          at('a', 'S'),
          t(')'),
        ),
      },
      {
        number: 28,
        math: display(t('k̂ ='), under(t('arg max'), t('s')), frac(t('L ( s − 1 )'), t('L ( s )'))),
      },
    ],
  },
  certificate: {
    text:
      'Near an isolated minimum of zero loss, gradient descent multiplies the loss by the same factor at every step. The ' +
      'least and the largest curvature there, μ and λ max of the Hessian, foretell that factor; the certificate compares it ' +
      'with the one that the run took.',
    equations: [
      {
        number: 30,
        math: display(
          frac(sub(t('L'), t('n + 1')), at('L', 'n')),
          t('→ max'),
          sup(row(t('( | 1 − η μ | , | 1 − η'), at('λ', 'max'), t('| )')), t('2')),
        ),
      },
      {
        number: 31,
        math: display(at('η', 'best'), t('='), frac(t('2'), row(t('μ +'), at('λ', 'max')))),
      },
    ],
  },
  landscape: {
    text:
      'At a plateau the gradient is nearly zero, and the Hessian tells what kind of place it is. Negative eigenvalues: a ' +
      'saddle, with that many directions down; the lowest is the steepest, and often turns units towards one teacher expert. ' +
      'Duplicates of one teacher expert leave flat directions, which pruning removes.',
    equations: [loss],
  },
  planes: {
    text:
      'Inputs have many dimensions; here they vary in two of them, along a teacher expert and its router. Across, the expert ' +
      'speaks; up, its gate opens. A unit in focus is drawn alone, with its amplitude.',
    equations: [unit],
  },
  sweep: {
    text:
      'A random direction in d dimensions overlaps with the teacher’s by about 1/√d, and an expert climbs by the square ' +
      'of its overlap: so the search takes a time of order √d, less a constant.',
    equations: [
      {
        number: 24,
        math: display(at('t', 'align'), t('( d ) = A'), sup(t('d'), t('p')), t('+ B')),
      },
    ],
  },
};
