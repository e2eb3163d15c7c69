// A worker of tasks that go well, and of all the ways in which they don't.

import { ValueError } from '@softmoe/model';
import { createTaskWorker } from '@softmoe/tasks';

export default createTaskWorker({
  functions: {
    square: async (x) => x * x,
    throw: async (value) => {
      throw new ValueError('is too much', { field: 'load', value, remedy: 'Take less.' });
    },
    exit: async (code) => process.exit(code),
    'out-of-memory': async () => {
      const kept = [];
      for (;;) kept.push(new Array(1e6).fill(kept.length));
    },
    'for-ever': () => new Promise(() => setInterval(() => {}, 1000)),
    busy: async () => {
      for (;;);
    },
    function: async () => () => 0,
  },
});
