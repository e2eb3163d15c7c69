import { read } from './pages.js';

/**
 * The table of data/NAME.json in Markdown, with the command and the machine that it is from. Its `results` are what `--json FILE`
 * of a script in bench/ wrote.
 */
export function tablesOf(name) {
  const { command, machine, results } = JSON.parse(read(`apps/docs/data/${name}.json`));
  const table = { population, step }[name](results);
  return [`\`${command}\``, '', ...table, '', machine].join('\n');
}

/** A step of the exact engine: times of the fastest of many rounds, in milliseconds, and as multiples of SIMD's. */
function population(results) {
  const names = Object.keys(results[0].milliseconds).filter(
    (name) => name !== 'peak' && name !== 'products',
  );
  return tableOf(
    [
      'teacher, student units',
      ...names.map((name) => `${name}, ms`),
      'products of the peak',
      'largest difference',
    ],
    results.map(({ k, m, milliseconds, share, error }) => [
      `${k}, ${m}`,
      ...names.map((name) => timeOf(milliseconds[name], milliseconds.SIMD)),
      `${Math.round(100 * share)} %`,
      error.toExponential(0),
    ]),
  );
}

/** A training step: times of the fastest of many rounds, in milliseconds, and as multiples of softmoe's. */
function step(results) {
  return [...new Set(results.map(({ title }) => title))].flatMap((title) => {
    const own = results.filter((result) => result.title === title);
    const names = Object.keys(own[0].errors);
    return [
      `### ${title}`,
      '',
      ...tableOf(
        [
          'milliseconds',
          ...own.map(({ size: { d, m, k, n } }) =>
            `d ${d}, m ${m}, k ${k}, n ${n}`.replaceAll(/ (?=\d)/g, '\u00a0'),
          ),
        ],
        names.map((name) => [
          name,
          ...own.map(({ times }) => timeOf(times[name]?.least, times['softmoe simd'].least)),
        ]),
      ),
      '',
    ];
  });
}

/** A time and how many times ours it is. */
function timeOf(milliseconds, ours) {
  if (milliseconds === undefined) return '–';
  const ratio = milliseconds / ours;
  const digits = milliseconds >= 1000 ? Math.round(milliseconds) : milliseconds.toPrecision(3);
  return ratio === 1 ? `**${digits}**` : `${digits} (×${ratio.toPrecision(2)})`;
}

function tableOf(headings, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(headings),
    line(headings.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...rows.map(line),
  ];
}
