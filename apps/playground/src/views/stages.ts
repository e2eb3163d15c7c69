/** The figures that tell of later stages, loaded once the first ones live. */
export { default as Certificate } from './Certificate.svelte';
export { default as Elimination } from './Elimination.svelte';
export { default as Planes } from './Planes.svelte';
