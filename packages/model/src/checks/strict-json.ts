import { FormatError } from '../errors.ts';

/**
 * The value of a JSON text from outside. Unlike JSON.parse it refuses an object that has a key twice (JSON.parse keeps
 * the last one in silence) or the key `__proto__`. Throws {@link FormatError} about `field`.
 */
export function parseStrictJson(text: string, field: string): unknown {
  const value = parse(text, field);
  rejectBadKeys(text, field);
  return value;
}

function parse(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const remedy = `Correct it, or get a new copy if it was not written by hand (${(cause as Error).message}).`;
    throw new FormatError('is not JSON', { field, value: text.slice(0, 80), remedy }, { cause });
  }
}

/** Walks a text known to be JSON, keeping the keys seen so far of every open object. */
function rejectBadKeys(text: string, field: string): void {
  const open: (Set<string> | undefined)[] = [];
  let keyIsNext = false;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '{':
        open.push(new Set());
        keyIsNext = true;
        break;
      case '[':
        open.push(undefined);
        keyIsNext = false;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        keyIsNext = open.at(-1) !== undefined;
        break;
      case '"': {
        const end = endOfString(text, i);
        if (keyIsNext) addKey(open.at(-1), String(JSON.parse(text.slice(i, end))), field);
        keyIsNext = false;
        i = end - 1;
      }
    }
  }
}

/** Index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function addKey(keys: Set<string> | undefined, key: string, field: string): void {
  const problem =
    key === '__proto__' ? 'has the key __proto__' : keys?.has(key) ? 'has a key twice' : undefined;
  if (problem) {
    const remedy = 'Write the file again with unique names, none of them __proto__.';
    throw new FormatError(problem, { field, value: key, remedy });
  }
  keys?.add(key);
}
