import '../../playground/src/theme/tokens.css';
import '../../playground/src/theme/base.css';
import '../../playground/src/theme/parts.css';
import './live.css';
import { mount } from 'svelte';
import { theme } from '../../playground/src/theme/theme.svelte.ts';
import Live from './Live.svelte';

const target = document.getElementById('figure');
if (!target) throw new Error('index.html has an element #figure');

const tellHeight = (): void =>
  parent.postMessage({ height: Math.ceil(target.getBoundingClientRect().height) }, location.origin);

/** The page around says which colours it has, and is told how high the figure is: then, and when that changes. */
addEventListener('message', ({ origin, data }) => {
  if (origin !== location.origin) return;
  if (data.theme !== theme.name) theme.toggle();
  tellHeight();
});
new ResizeObserver(tellHeight).observe(target);

mount(Live, { target, props: { name: new URLSearchParams(location.search).get('figure') } });
