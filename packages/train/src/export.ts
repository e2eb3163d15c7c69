import { type NDArray, ndarray, ShapeError } from '@softmoe/model';
import { sizeOf } from '@softmoe/model/linalg';
import type { TrainRecord } from './record.ts';

/** All that an export reads of a record. */
export type StatelessRecord = Omit<TrainRecord, 'state'>;

/** NumPy files of a run with R records: `time` [R], `expert` [R, m, k] with W·W*ᵀ, `router` [R, m, k] with V·V*ᵀ. */
export interface OverlapFiles {
  readonly time: Uint8Array<ArrayBuffer>;
  readonly expert: Uint8Array<ArrayBuffer>;
  readonly router: Uint8Array<ArrayBuffer>;
}

/**
 * The overlap matrices of a run over time, as NumPy files. Throws {@link ShapeError} for no records, records without
 * overlaps (train with a teacher) or of students of several sizes.
 */
export function overlapsToNpy(records: readonly StatelessRecord[]): OverlapFiles {
  return {
    time: encodeNpy(
      ndarray(
        [records.length],
        records.map(({ time }) => time),
      ),
    ),
    expert: encodeNpy(stack(records, 'expert')),
    router: encodeNpy(stack(records, 'router')),
  };
}

/**
 * The overlap matrices of a run over time as a table of one row an entry: time, kind (expert for W·W*ᵀ, router for V·V*ᵀ),
 * student unit i, teacher unit j, overlap. Numbers are written so that they read back exactly. Throws what
 * {@link overlapsToNpy} throws.
 */
export function overlapsToCsv(records: readonly StatelessRecord[]): string {
  const lines = ['time,kind,student,teacher,overlap'];
  const kinds = (['expert', 'router'] as const).map((kind) => ({ kind, ...stack(records, kind) }));
  records.forEach(({ time }, r) => {
    for (const { kind, shape, data } of kinds) {
      const [, m = 0, k = 0] = shape;
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < k; j++) {
          lines.push(`${time},${kind},${i},${j},${data[(r * m + i) * k + j]}`);
        }
      }
    }
  });
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * A table with one row a record: step, time, loss, gradientNorm, amplitude_0 … amplitude_{m−1}, routerLength_0 …
 * routerLength_{m−1} where routers have lengths of their own and, with a teacher, its
 * alignment, student_j, expert_j, router_j for j = 0 … k − 1 (student −1 for none). Numbers are written so that they
 * read back exactly. Throws {@link ShapeError} when the records' columns differ.
 */
export function recordsToCsv(records: readonly StatelessRecord[]): string {
  const rows = records.map(recordColumns);
  const lines = rows.map((row) => Object.values(row).map(String).join(','));
  const headers = rows.map((row) => Object.keys(row).join(','));
  const [header = ''] = headers;
  const odd = headers.findIndex((other) => other !== header);
  if (odd >= 0) throw unequal(`records[${odd}]`, headers[odd]);
  return [header, ...lines].map((line) => `${line}\n`).join('');
}

/** The numbers of a record by the names of their columns in {@link recordsToCsv}. */
export function recordColumns(record: StatelessRecord): Record<string, number> {
  const { step, time, loss, gradientNorm, amplitude, routerLength = [], alignment } = record;
  const columns: Record<string, number> = { step, time, loss, gradientNorm };
  const add = (name: string, values: readonly number[]) =>
    values.forEach((value, j) => {
      columns[`${name}_${j}`] = value;
    });
  add('amplitude', amplitude);
  add('routerLength', routerLength);
  if (alignment) {
    add('student', alignment.student);
    add('expert', alignment.expert);
    add('router', alignment.router);
  }
  return columns;
}

function stack(records: readonly StatelessRecord[], name: 'expert' | 'router'): NDArray {
  const shape = records[0]?.overlaps?.[name].shape;
  if (!shape) throw unequal('records[0].overlaps', records[0]?.overlaps);
  const size = sizeOf(shape);
  const data = new Float64Array(records.length * size);
  records.forEach(({ overlaps }, r) => {
    const matrix = overlaps?.[name];
    if (matrix?.shape.join() !== shape.join()) {
      throw unequal(`records[${r}].overlaps.${name}`, matrix?.shape);
    }
    data.set(matrix.data, r * size);
  });
  return { shape: [records.length, ...shape], data };
}

function unequal(field: string, value: unknown): ShapeError {
  return new ShapeError('does not have the columns that the export needs', {
    field,
    value,
    remedy: 'Export the records of one run, trained with a teacher; export phases one by one.',
  });
}

/** The array as a NumPy file of format version 1.0, dtype '<f8', row-major: `numpy.load` reads it. */
export function encodeNpy({ shape, data }: NDArray): Uint8Array<ArrayBuffer> {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const preamble = 10;
  const length = Math.ceil((preamble + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length + 8 * data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  view.setUint16(8, length - preamble, true);
  const header = `${dictionary.padEnd(length - preamble - 1)}\n`;
  bytes.set(new TextEncoder().encode(header), preamble);
  data.forEach((x, i) => {
    view.setFloat64(length + 8 * i, x, true);
  });
  return bytes;
}
