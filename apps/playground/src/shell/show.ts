import { tick } from 'svelte';

/** Brings a part of the page into view, to its start or just so far, once what has just changed stands in its place. */
export async function show(id: string, block: 'start' | 'nearest' = 'nearest'): Promise<void> {
  await tick();
  bring(id, block);
}

/** Pixels of a figure, from its top, that tell what it is about. */
const TELLING = 320;

/** Brings a figure into view, once what has just changed stands in its place, unless what it is about is in sight below the bar that stays. */
export async function reveal(id: string): Promise<void> {
  await tick();
  const { top = 0, height = 0 } = document.getElementById(id)?.getBoundingClientRect() ?? {};
  const bar = document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0;
  if (top < bar || top + Math.min(height, TELLING) > innerHeight) bring(id, 'nearest');
}

/** Without motion for those who want none. */
function bring(id: string, block: 'start' | 'nearest'): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.getElementById(id)?.scrollIntoView({ block, behavior: calm ? 'auto' : 'smooth' });
}
