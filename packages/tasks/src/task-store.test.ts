import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StoreError } from './errors.ts';
import { TASK_RECORD_FORMAT, type TaskRecord, taskId } from './task-record.ts';
import { openTaskStore } from './task-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'softmoe-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function record(input: unknown, outcome: 'done' | 'failed' = 'done'): TaskRecord {
  const base = {
    format: TASK_RECORD_FORMAT,
    id: taskId({ kind: 'square', input }, 'code'),
    code: 'code',
    kind: 'square',
    input,
    endedAt: '2026-01-02T03:04:05.000Z',
    seconds: 0.5,
    environment: { node: 'v20', softmoe: '0', platform: 'linux', arch: 'x64' },
  };
  return outcome === 'done'
    ? { ...base, status: 'done', output: { value: 1 } }
    : { ...base, status: 'failed', error: { name: 'Error', message: 'no' } };
}

it('a store gives back what was put, and nothing else', async () => {
  const store = await openTaskStore(join(folder, 'deep', 'store'));
  expect(await store.all()).toEqual([]);
  const records = [1, 2, 3].map((input) => record(input));
  for (const one of records) await store.put(one);
  expect(await store.get(records[1]!.id)).toEqual(records[1]);
  expect(await store.get(taskId({ kind: 'square', input: 4 }, 'code'))).toBeUndefined();
  expect(await store.ids()).toEqual(records.map(({ id }) => id).sort());
  expect(await store.all()).toHaveLength(3);
});

it('a store keeps the record that is done', async () => {
  const store = await openTaskStore(folder);
  await store.put(record(1, 'failed'));
  await store.put(record(1));
  await store.put(record(1, 'failed'));
  expect(await store.all()).toEqual([record(1)]);
});

it('a store stays whole when many write the same record at once', async () => {
  const stores = await Promise.all([1, 2, 3, 4].map(() => openTaskStore(folder)));
  await Promise.all(stores.flatMap((store) => [1, 2, 3].map((input) => store.put(record(input)))));
  expect(await stores[0]!.all()).toHaveLength(3);
  expect(await readdir(join(folder, 'records'))).toHaveLength(3);
});

it('a store is joined with another by copying files', async () => {
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  await (await openTaskStore(a)).put(record(1));
  await (await openTaskStore(b)).put(record(2));
  await cp(b, a, { recursive: true });
  expect(await (await openTaskStore(a)).all()).toHaveLength(2);
});

it('a store leaves foreign files alone, and clears what a killed writer left behind', async () => {
  const records = join(folder, 'records');
  const store = await openTaskStore(folder);
  await store.put(record(1));
  await writeFile(join(records, 'notes.txt'), 'mine');
  const [old, young] = ['old', 'young'].map((name) => join(records, `${name}.json.partial`));
  for (const path of [old!, young!]) await writeFile(path, '{"id":');
  await utimes(old!, 0, 0);
  expect(await (await openTaskStore(folder)).all()).toEqual([record(1)]);
  const names = await readdir(records);
  expect(names).toContain('notes.txt');
  expect(names).toContain('young.json.partial');
  expect(names).not.toContain('old.json.partial');
});

it('a store reads records of before there was a format', async () => {
  const store = await openTaskStore(folder);
  const { format: _, ...before } = record(1);
  await writeFile(join(folder, 'records', `${before.id}.json`), JSON.stringify(before));
  expect(await store.all()).toEqual([before]);
});

it('a store says which record is damaged, and what to do', async () => {
  const store = await openTaskStore(folder);
  await store.put(record(1));
  const path = join(folder, 'records', `${record(1).id}.json`);
  const whole = await readFile(path, 'utf8');
  const later = { ...record(1), format: { name: 'softmoe-task', version: 2 } };
  for (const [damaged, problem] of [
    [whole.slice(0, 40), 'record: is damaged'],
    ['', 'record: is damaged'],
    ['{}', 'record.status: '],
    [whole.replace('"input":1', '"input":2'), 'record: is not the record that its name says'],
    [whole.replace('"done"', '"fine"'), 'record.status: '],
    [
      whole.replace('"seconds":0.5', '"seconds":-1'),
      'record.seconds: expected number to be >=0, in',
    ],
    [whole.replace('"value":1', '"value":2'), 'record: was changed since it was written'],
    [JSON.stringify(record(2)), 'record: is not the record that its name says'],
    [JSON.stringify(later), 'record.format.version: is not one that this softmoe reads, version 1'],
  ] as const) {
    await writeFile(path, damaged);
    await expect(store.all()).rejects.toThrow(StoreError);
    const reading = store.get(record(1).id);
    await expect(reading).rejects.toThrow(problem);
    await expect(reading).rejects.toThrow(/Remove .*[0-9a-f]{64}\.json:/);
  }
});

it('a store refuses a record under an address that is not its own, and a folder that cannot be', async () => {
  const store = await openTaskStore(folder);
  await expect(store.put({ ...record(1), input: 2 })).rejects.toThrow(StoreError);
  await writeFile(join(folder, 'file'), '');
  await expect(openTaskStore(join(folder, 'file'))).rejects.toThrow(/store: cannot be read/);
});

it('an id addresses a task by its value, whatever the order of its keys, and by the code', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (input, code) => {
      const shuffled = Object.fromEntries(Object.entries(input).reverse());
      const id = taskId({ kind: 'k', input }, code);
      expect(taskId({ kind: 'k', input: shuffled }, code)).toBe(id);
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      expect(taskId({ kind: 'k', input }, `${code}'`)).not.toBe(id);
      expect(taskId({ kind: 'l', input }, code)).not.toBe(id);
      expect(taskId({ kind: 'k', input: { ...input, more: 1, code } }, code)).not.toBe(id);
    }),
  );
});
