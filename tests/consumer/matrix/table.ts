import type { Reporter, TestModule } from 'vitest/node';

/** Prints the outcome of all cells as a table: packages by environments. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = new Map<string, Map<string, string>>();
    const columns: string[] = [];
    const exceptions: string[] = [];
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { cell } = test.meta();
      if (!cell) continue;
      if (!columns.includes(cell.column)) columns.push(cell.column);
      let word = test.result().state === 'passed' ? 'ok' : 'FAILED';
      if (cell.but && word === 'ok') {
        if (!exceptions.includes(cell.but)) exceptions.push(cell.but);
        word = `(${exceptions.indexOf(cell.but) + 1})`;
      }
      rows.set(cell.row, (rows.get(cell.row) ?? new Map()).set(cell.column, word));
    }
    const first = Math.max(...[...rows.keys()].map((name) => name.length), 0);
    const line = (name: string, words: readonly string[]) =>
      [
        name.padEnd(first),
        ...words.map((word, i) => word.padEnd(Math.max(6, columns[i]?.length ?? 0))),
      ]
        .join('  ')
        .trimEnd();
    console.log(`\n${line('', columns)}`);
    for (const [name, words] of [...rows].sort()) {
      console.log(
        line(
          name,
          columns.map((each) => words.get(each) ?? '–'),
        ),
      );
    }
    for (const [i, words] of exceptions.entries()) console.log(`(${i + 1}) ${words}`);
  }
}
