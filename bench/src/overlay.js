import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const colors = ['#0072b2', '#d55e00', '#009e73'];

/**
 * The alignment curves of online SGD drawn on those of the exact flow, a panel for each batch size, as SVG.
 * `pictures` is a list of { batchSize, exact, online }, both runs as points { time, expert, router }.
 */
export function overlay(pictures) {
  const { document } = parseHTML('<!doctype html><body></body>');
  const rows = pictures.flatMap(({ batchSize, exact, online }) =>
    Object.entries({ exact, online }).flatMap(([run, points]) =>
      points.flatMap((point, i) =>
        i % 5 > 0
          ? []
          : ['expert', 'router'].flatMap((kind) =>
              point[kind].map((alignment, j) => ({
                panel: `batches of ${batchSize}`,
                time: point.time,
                alignment,
                kind,
                unit: `${j + 1}`,
                run,
                line: `${run} ${kind} ${j}`,
              })),
            ),
      ),
    ),
  );
  const channels = {
    x: 'time',
    y: 'alignment',
    fx: 'panel',
    fy: 'kind',
    z: 'line',
    stroke: 'unit',
  };
  const svg = Plot.plot({
    document,
    width: 1080,
    height: 420,
    x: { label: 'flow time' },
    y: { label: 'alignment', grid: true, domain: [-0.2, 1] },
    fx: { label: null, domain: pictures.map(({ batchSize }) => `batches of ${batchSize}`) },
    fy: { label: null },
    color: { domain: ['1', '2', '3'], range: colors },
    marks: [
      Plot.line(
        rows.filter(({ run }) => run === 'exact'),
        { ...channels, strokeOpacity: 0.3, strokeWidth: 5 },
      ),
      Plot.line(
        rows.filter(({ run }) => run === 'online'),
        { ...channels, strokeWidth: 1.25 },
      ),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('style', 'background: white');
  return svg.outerHTML;
}
