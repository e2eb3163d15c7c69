import { parseConfig } from '@softmoe/lab';
import { describe, expect, it } from 'vitest';
import { orderWords } from './run-words.ts';

const config = parseConfig({ inputDim: 24, teachers: 2, students: 8 });
const first = { expert: [2, 3], router: [9, 8] };

describe('words of the order', () => {
  it('speak of guidance only where every expert led, under gates of their own that have a mean', () => {
    expect(orderWords(first, config)).toMatch(/the experts guide the routers/);
    const others = [
      orderWords({ expert: [2, 9], router: [9, 8] }, config),
      orderWords({ expert: [9, 8], router: [2, 3] }, config),
      orderWords({ expert: [2, 3], router: [null, null] }, config),
      orderWords(first, { ...config, gate: 'tanh' }),
      orderWords(first, { ...config, routing: 'softmax' }),
    ];
    for (const words of others) expect(words).not.toMatch(/guide/);
  });

  it('say who came later, also where routers lead', () => {
    expect(orderWords({ expert: [9, 8], router: [2, 3] }, config)).toMatch(
      /In 0 of 2 pairs .* on average routers came 6\.0 units of flow time before their experts/,
    );
  });
});
