// Tasks that go well, and all the ways in which they don't.

import { ValueError } from '@softmoe/model';

export const square = async (x) => x * x;

export const scaled = async (x, { services }) => services.factor * x;

export const throws = async (value) => {
  throw new ValueError('is too much', { field: 'load', value, remedy: 'Take less.' });
};

export const exits = async (code) => process.exit(code);

export const outOfMemory = async () => {
  const kept = [];
  for (;;) kept.push(new Array(1e6).fill(kept.length));
};

export const lastsForEver = () => new Promise(() => setInterval(() => {}, 1000));

export const isBusy = async () => {
  for (;;);
};

export const givesFunction = async () => () => 0;
