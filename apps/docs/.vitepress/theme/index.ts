import type { Theme } from 'vitepress';
import base from 'vitepress/theme-without-fonts';
import 'temml/dist/Temml-Local.css';
import { LiveFigure } from './live-figure.ts';
import './style.css';

const theme: Theme = {
  extends: base,
  enhanceApp({ app }) {
    app.component('LiveFigure', LiveFigure);
  },
};

export default theme;
