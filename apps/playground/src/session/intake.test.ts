import { describe, expect, it } from 'vitest';
import { takeIn } from './intake.ts';

const file = (name: string, text = '{}') => new File([text], name);

describe('files that a visitor hands in', () => {
  it('are read if it is one', async () => {
    const taken = await takeIn([file('a.json', '{ "seed": 1 }')]);
    expect(taken).toMatchObject({ name: 'a.json', told: 'a.json was not taken.' });
    expect(new TextDecoder().decode('bytes' in taken ? taken.bytes : undefined)).toBe(
      '{ "seed": 1 }',
    );
  });

  it.each([
    [2, 'a.json and b.json'],
    [3, 'a.json, b.json and c.json'],
    [5, 'a.json, b.json, c.json and 2 more'],
  ])(
    'are refused by name if they are %d, so that none is taken in silence',
    async (count, names) => {
      const files = ['a', 'b', 'c', 'd', 'e'].slice(0, count).map((name) => file(`${name}.json`));
      expect(await takeIn(files)).toEqual({
        told: `None of the ${count} files was taken.`,
        refused: {
          message: `A run starts from one file, and these came together: ${names}.`,
          remedy: 'Hand in one of them.',
        },
      });
    },
  );

  it('are refused with a remedy if they cannot be read', async () => {
    const folder = Object.assign(file('folder'), {
      arrayBuffer: () => Promise.reject(new Error('The file could not be read')),
    });
    expect(await takeIn([folder])).toEqual({
      told: 'folder was not taken.',
      refused: {
        message: 'The file could not be read',
        remedy: expect.stringMatching(/not a folder/),
      },
    });
  });
});
