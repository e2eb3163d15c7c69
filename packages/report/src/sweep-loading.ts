import { flatten, resultFiles } from '@softmoe/runs';
import type { ReportSection } from './document.ts';
import type { SweepAxis } from './sweep-axes.ts';

/** How to load the results of a sweep with other tools, for the fields that it varies. */
export function loadingSection(axes: readonly SweepAxis[]): ReportSection {
  const columns = axes.map(({ field, example }) => flatten({ [field]: example })[0]?.[0] ?? field);
  const by = columns.length > 0 ? columns : ['seed'];
  const sql = by.map((column) => `"${column}"`).join(', ');
  const python = by.map((column) => JSON.stringify(column)).join(', ');
  const r = by.map((column) => `\`${column}\``).join(', ');
  const { parquet, lines } = resultFiles;
  return {
    id: 'load',
    heading: 'Load the results',
    blocks: [
      {
        kind: 'text',
        text: `When the sweep has ended, or after softmoe sweep export, its folder holds \`${parquet}\`, one row a run with the config’s fields by their dotted names, and \`${lines}\`, one whole record a line. In DuckDB:`,
      },
      {
        kind: 'code',
        language: 'SQL',
        text: `SELECT ${sql}, avg(recoveredAll::INT) AS recovered, count(*) AS runs\nFROM '${parquet}' WHERE status = 'done' GROUP BY ${sql} ORDER BY ${sql};`,
      },
      { kind: 'text', text: 'In pandas:' },
      {
        kind: 'code',
        language: 'Python',
        text: `import pandas as pd\n\nruns = pd.read_parquet("${parquet}")\ndone = runs[runs.status == "done"]\nprint(done.groupby([${python}]).recoveredAll.agg(["mean", "count"]))`,
      },
      { kind: 'text', text: 'In R:' },
      {
        kind: 'code',
        language: 'R',
        text: `library(arrow)\nlibrary(dplyr)\n\nread_parquet("${parquet}") |>\n  filter(status == "done") |>\n  group_by(${r}) |>\n  summarise(recovered = mean(recoveredAll), runs = n())`,
      },
    ],
  };
}
