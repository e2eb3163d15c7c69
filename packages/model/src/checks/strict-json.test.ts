import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectError } from '../../test/expect-error.ts';
import { parseStrictJson } from './strict-json.ts';

const json = fc.json().filter((text) => !text.includes('__proto__'));

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 2 }), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), null, indent);
        expect(parseStrictJson(spaced, 'f')).toEqual(JSON.parse(spaced));
      }),
    );
  });

  it.each([
    ['{"a":1,"b":{"a":2},"c":["a","a",{"a":[]}]}'],
    ['[{"a":1},{"a":1}]'],
    ['{"a":"a","b":"a\\"a\\",\\"a","c":"{\\"a\\":"}'],
    ['{"a\\\\":1,"a":2,"a\\"":3}'],
    ['["x","__proto__"]'],
    ['{"a":"__proto__"}'],
  ])('allows a key again in another object: %s', (text) => {
    expect(parseStrictJson(text, 'f')).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['[0,{"x":{"b":{"a":{}, "b":[] , "a" : 3}}}]', 'a'],
    ['{"a":[1,2,{"q":1}],"b":"}","a":2}', 'a'],
    ['{"":1,"":2}', ''],
  ])('refuses a key twice in one object: %s', (text, key) => {
    expectError(() => parseStrictJson(text, 'f'), 'FormatError', 'f', key, /unique names/);
  });

  it.each(['{"__proto__":1}', '[{"\\u005f_proto__":{}}]'])('refuses __proto__: %s', (text) => {
    expectError(() => parseStrictJson(text, 'f'), 'FormatError', 'f', '__proto__', /__proto__/);
  });

  it.each(['', '{', '{"a":1,}', "{'a':1}", 'nul', '1 2', '\uFEFF{}'])('refuses %o', (text) => {
    expectError(() => parseStrictJson(text, 'f'), 'FormatError', 'f', text, /new copy/);
  });

  it('copes with deep nesting and long strings', () => {
    const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
    expect(Array.isArray(parseStrictJson(deep, 'f'))).toBe(true);
    const long = 'x'.repeat(1e6);
    expect(parseStrictJson(JSON.stringify({ [long]: long }), 'f')).toEqual({ [long]: long });
  });
});
