/** Live figures, by the heading of the theory that each stands under. */
const figures = {
  '## 1. Model': {
    name: 'diagram',
    title: 'A teacher and a student, live: routers, gates and experts as units',
    caption:
      'The model, live: each column is a unit, its upper needle the router and its lower one the expert. A needle points up where it agrees with the teacher expert of its colour. Run it, then prune.',
  },
  '## 4. Why experts guide routers': {
    name: 'alignment',
    title: 'Alignment of experts and routers over time, live',
    caption:
      'Experts (solid) and routers (dashed) align with the teacher’s over flow time: each expert before its router, by the lag that this section explains.',
  },
  '## 5. Pruning': {
    name: 'elimination',
    title: 'The elimination curve, live',
    caption:
      'The curve of <a href="#eq-26">(26)</a>, live: run it until it has learnt, then prune. Choose a point to keep that many units.',
  },
};

/** The theory with its live figures. Throws where a heading that has one is not there any more. */
export function withFigures(text) {
  return Object.entries(figures).reduce((before, [heading, { name, title, caption }]) => {
    const after = before.replace(
      new RegExp(`^${heading.replaceAll('.', '\\.')}$`, 'm'),
      `${heading}\n\n<LiveFigure name="${name}" title="${title}">${caption}</LiveFigure>`,
    );
    if (after === before)
      throw new Error(`docs/theory.md has no heading “${heading}” for its figure.`);
    return after;
  }, text);
}
