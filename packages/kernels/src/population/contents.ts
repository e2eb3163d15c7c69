import { blocksOf, MAX_DEGREE, momentCount, type PairTable } from './pair-table.ts';

type Numbers = Float64Array | Int32Array | Uint16Array;

const ALIGNMENT = 16;
const VECTOR = 16;
/** Bytes of a row of powers, and of those beside it that stay 0: assembly/population/pair.ts. */
const ROW = 160;

/** Numbers of a pair of units: its expectation, six first derivatives by its overlaps, and 21 second ones. */
export const DERIVATIVES = 28;
/** Where the second derivatives γα, γβ, αα, αβ, ββ, αρ and βρ stand among them, for either unit. */
const PLACES = [8, 9, 13, 14, 18, 17, 21, 10, 11, 22, 23, 25, 24, 26];

/**
 * What lies in the memory during a step, by byte offsets, and what of it is known beforehand. After every array there is
 * room for one number more, which is 0: a vector may reach beyond its end.
 */
export class Contents {
  /** Bytes in use. */
  end: number = ALIGNMENT;
  readonly #known: { readonly at: number; readonly numbers: Numbers }[] = [];

  /** Room for so many bytes of zeros. */
  take(bytes: number): number {
    const at = this.end;
    this.end = ALIGNMENT * Math.ceil((at + bytes + ALIGNMENT) / ALIGNMENT);
    return at;
  }

  /** Room for so many float64. */
  doubles(count: number): number {
    return this.take(8 * count);
  }

  put(numbers: Numbers): number {
    const at = this.take(numbers.byteLength);
    this.set(at, numbers);
    return at;
  }

  set(at: number, numbers: Numbers): void {
    this.#known.push({ at, numbers });
  }

  /** Writes everything that is known, and zeros elsewhere, into a memory that is large enough. */
  write(memory: ArrayBuffer): void {
    new Uint8Array(memory, 0, this.end).fill(0);
    for (const { at, numbers } of this.#known) {
      const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
      new Uint8Array(memory, at).set(bytes);
    }
  }
}

/** The records PairTable, SeriesBlock and Group of assembly/population/records.ts, for all pairs of kinds. */
export function putTables(contents: Contents, tables: readonly PairTable[]): number {
  const records = tables.flatMap((table) => {
    const blocks = blocksOf(table).flatMap((block) => [
      block.powers,
      contents.put(block.terms),
      contents.put(block.constants),
      contents.put(block.coefficients),
      contents.put(block.targets),
    ]);
    const groups = table.groups.flatMap(({ n, m, weights }) => [
      n,
      m,
      weights.length,
      contents.put(weights),
    ]);
    return [
      blocks.length / 5,
      contents.put(Int32Array.from(blocks)),
      table.groups.length,
      contents.put(Int32Array.from(groups)),
      Math.max(0, ...table.groups.map(({ n }) => n)),
      Math.max(0, ...table.groups.map(({ m }) => m)),
      table.groups.reduce((sums, { n, m }) => sums | (1 << (n + m)) | (1 << (n + m + 2)), 0),
    ];
  });
  return contents.put(Int32Array.from(records));
}

/** The record Pair of assembly/population/pair.ts with its scratch space. */
export function putPair(contents: Contents): number {
  const powers = () => contents.take((MAX_DEGREE + 3) * ROW + 2 * VECTOR) + 2 * (ROW + VECTOR);
  return contents.put(
    Int32Array.of(
      contents.put(Float64Array.from({ length: 8 }, (_, i) => 1 / (i + 1))),
      contents.take(8 * VECTOR),
      contents.take(8 * VECTOR),
      powers(),
      powers(),
      contents.take(6 * VECTOR),
      contents.take(DERIVATIVES * VECTOR),
      contents.take(2 * VECTOR),
      contents.put(Int32Array.from(PLACES)),
    ),
  );
}

/** Room for the moments of the largest of these tables, of at least that order. */
export function takeMoments(
  contents: Contents,
  tables: readonly PairTable[],
  order: number,
): number {
  return contents.take(VECTOR * Math.max(...tables.map((table) => momentCount(table, order))));
}
