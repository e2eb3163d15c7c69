import './theme/tokens.css';
import './theme/base.css';
import './theme/parts.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { inTurn } from './charts/turns.ts';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has an element #app');
// After the first paint of what index.html says.
inTurn(target, () => {
  target.replaceChildren();
  mount(App, { target });
});

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  // Without one the page works as well, only not offline.
  navigator.serviceWorker.register('./sw.js').catch(() => undefined);
}
