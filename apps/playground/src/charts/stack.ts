/** A mark on a line of a chart, in pixels along it, and the side to which it gives way. */
export interface Mark {
  readonly at: number;
  readonly side: 'above' | 'below';
}

/**
 * How many sizes above (−) or below (+) the line each mark stands, so that none hides another: 0 where there is room for it, else as near
 * as there is, and first to its own side. `most` are the levels that fit, above and below; where all of them are taken a mark stays at 0.
 */
export function stacked(
  marks: readonly Mark[],
  size: number,
  most: { readonly above: number; readonly below: number },
): number[] {
  const levels = marks.map(() => 0);
  const placed: number[] = [];
  const order = marks.map((_, i) => i).sort((a, b) => (marks[a]?.at ?? 0) - (marks[b]?.at ?? 0));
  for (const i of order) {
    const mark = marks[i];
    if (!mark) continue;
    const near = placed.filter((other) => Math.abs((marks[other]?.at ?? 0) - mark.at) < size);
    const taken = new Set(near.map((other) => levels[other]));
    levels[i] = candidates(mark.side, most).find((level) => !taken.has(level)) ?? 0;
    placed.push(i);
  }
  return levels;
}

function candidates(side: Mark['side'], most: { readonly above: number; readonly below: number }) {
  const own = side === 'above' ? -1 : 1;
  const all = Array.from({ length: Math.max(most.above, most.below) }, (_, n) => n + 1);
  return [0, ...all.flatMap((n) => [own * n, -own * n])].filter(
    (level) => -level <= most.above && level <= most.below,
  );
}
