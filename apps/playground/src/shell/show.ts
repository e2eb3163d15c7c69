/** Brings a part of the page into view, to its start or just so far; without motion for those who want none. */
export function show(id: string, block: 'start' | 'nearest' = 'nearest'): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.getElementById(id)?.scrollIntoView({ block, behavior: calm ? 'auto' : 'smooth' });
}
