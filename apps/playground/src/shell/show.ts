/** Brings a part of the page into view, to its start or just so far; without motion for those who want none. */
export function show(id: string, block: 'start' | 'nearest' = 'nearest'): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.getElementById(id)?.scrollIntoView({ block, behavior: calm ? 'auto' : 'smooth' });
}

/** Pixels of a figure, from its top, that tell what it is about. */
const TELLING = 320;

/** Brings a figure into view unless what it is about is in sight below the bar that stays. */
export function reveal(id: string): void {
  const { top = 0, height = 0 } = document.getElementById(id)?.getBoundingClientRect() ?? {};
  const bar = document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0;
  if (top < bar || top + Math.min(height, TELLING) > innerHeight) show(id);
}
