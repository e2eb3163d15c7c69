import { UnsupportedError } from '@softmoe/model';
import { describe, expect, it } from 'vitest';
import { loadQueue, requireFittingQueue } from './load-packages.ts';

describe('the command takes a queue package', () => {
  it.each([
    ['0.1.0', '0.1.0'],
    ['0.1.4', '0.1.0'],
    ['1.3.0', '1.0.2'],
  ])('of version %s with its own %s', (queue, command) => {
    expect(() => requireFittingQueue(queue, command)).not.toThrow();
  });

  it.each([
    ['0.2.0', '0.1.0', '0.1.x'],
    ['0.1.0', '0.10.0', '0.10.x'],
    ['0.10.0', '0.1.0', '0.1.x'],
    ['1.0.0', '0.1.0', '0.1.x'],
    ['10.0.0', '1.0.0', '1.x'],
  ])('of version %s never with its own %s, and names one that fits', (queue, command, fits) => {
    const refused = () => requireFittingQueue(queue, command);
    expect(refused).toThrow(UnsupportedError);
    expect(refused).toThrow(
      `@softmoe/queue: does not fit softmoe ${command} (got "${queue}"). Install the one that does: npm install @softmoe/queue@${fits}`,
    );
  });

  it('that is installed with it', async () => {
    expect(await loadQueue()).toHaveProperty('serveTasks');
  });
});
