import { palette } from '@softmoe/figures';

const variables = (colors: Readonly<Record<string, string>>) =>
  Object.entries(colors)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ');

/** Everything a report looks like: on a screen, light or dark, on a phone, on paper. */
export const styles: string = `
:root {
  color-scheme: light dark;
  ${variables(palette.light)}
  --sans: "Source Sans 3", "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif;
  --mono: "Source Code Pro", ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --small: 0.84rem; --text: 1.0625rem; --lead: 1.25rem; --title: 1.5rem; --display: 2.25rem;
}
@media screen and (prefers-color-scheme: dark) { :root { ${variables(palette.dark)} } }
*, ::before, ::after { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 400 var(--text)/1.55 var(--sans); -webkit-text-size-adjust: 100%;
}
main, header, footer { max-width: 50rem; margin-inline: auto; padding-inline: clamp(1rem, 4vw, 1.75rem); }
header { padding-block: clamp(1.75rem, 6vw, 3.5rem) 0.5rem; }
h1, h2 { line-height: 1.15; text-wrap: balance; letter-spacing: -0.01em; }
h1 { margin: 0 0 1.25rem; font-size: clamp(1.75rem, 6vw, var(--display)); font-weight: 700; }
h2 { margin: 0; font-size: var(--title); font-weight: 650; }
p { margin: 0 0 0.9em; max-width: 68ch; text-wrap: pretty; }
.kicker { margin: 0 0 0.5rem; color: var(--soft); font-size: var(--small); letter-spacing: 0.08em; text-transform: uppercase; }
.lead p { font-size: clamp(1.1rem, 4vw, var(--lead)); line-height: 1.45; margin-bottom: 0.6em; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: 0.18em; }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--low); outline-offset: 2px; border-radius: 3px; }
nav { margin: 1.5rem 0 0; padding: 1rem 0; border-block: 1px solid var(--line); }
nav ol { margin: 0; padding: 0; list-style: none; columns: 16rem; column-gap: 2rem; }
nav li { display: flex; gap: 0.6rem; align-items: baseline; justify-content: space-between; padding: 0.2rem 0; break-inside: avoid; }
section { padding-block: 2.25rem 0.5rem; scroll-margin-top: 1rem; }
section + section { border-top: 1px solid var(--line); }
.heading { display: flex; flex-wrap: wrap; gap: 0.4rem 0.9rem; align-items: center; margin-bottom: 1rem; }
.badge {
  display: inline-flex; gap: 0.4em; align-items: baseline; padding: 0.08em 0.7em; white-space: nowrap;
  border: 1.5px solid currentColor; border-radius: 99px; font-size: var(--small); font-weight: 650; line-height: 1.5;
}
.badge.good { color: var(--good); }
.badge.bad { color: var(--bad); border-radius: 4px; }
.badge.open { color: var(--soft); border-style: dashed; }
figure { margin: 1.5rem 0 2rem; }
.drawing > div {
  padding: 0.75rem; border-radius: 10px; background: var(--surface); border: 1px solid var(--line); overflow: hidden;
}
svg { display: block; max-width: 100%; height: auto; margin-inline: auto; }
svg text { white-space: pre; }
.narrow { display: none; }
figcaption { margin-top: 0.6rem; max-width: 76ch; color: var(--soft); font-size: 0.94rem; line-height: 1.45; }
figcaption strong { color: var(--ink); }
.table { margin: 1.25rem 0 1.75rem; }
.table > div { overflow-x: auto; }
.many > div {
  width: max-content; min-width: 100%; max-width: max(100%, 100vw - 4rem);
  position: relative; left: 50%; translate: -50%;
}
.table figcaption { margin: 0 0 0.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; line-height: 1.35; min-width: 60%; font-size: 1rem; }
th, td { padding: 0.38rem 1.1rem 0.38rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-size: var(--small); font-weight: 600; border-bottom: 1.5px solid var(--soft); vertical-align: bottom; }
tbody th { font-weight: 600; }
.number { text-align: right; }
td.number { white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0.2rem; }
pre {
  margin: 1rem 0 1.5rem; padding: 0.9rem 1.1rem; overflow-x: auto; border-radius: 8px;
  background: var(--raised); font: 0.875rem/1.5 var(--mono); tab-size: 2;
}
pre code { user-select: all; }
p code, td code, li code { padding: 0.1em 0.3em; border-radius: 4px; background: var(--raised); font: 0.9em var(--mono); }
footer { padding-block: 2rem 3rem; color: var(--soft); font-size: var(--small); }
@media (max-width: 34rem) {
  .drawing { margin-inline: -0.5rem; }
  .drawing > div { padding: 0.5rem 0.25rem; }
  .drawing figcaption { padding-inline: 0.5rem; }
  table { font-size: 0.92rem; }
  .wide { display: none; }
  .narrow { display: block; }
}
@media print {
  @page { margin: 16mm 15mm; }
  @page sideways { size: landscape; margin: 15mm; }
  :root { color-scheme: light; --paper: #fff; --raised: #f4f3ef; --text: 10.5pt; --lead: 12.5pt; --title: 15pt; --display: 22pt; --small: 8.5pt; }
  body { background: none; }
  main, header, footer { max-width: none; padding-inline: 0; }
  header { padding-top: 0; }
  nav { display: none; }
  .wide { display: block !important; }
  .narrow { display: none !important; }
  .drawing > div { padding: 0; border: 0; }
  .drawing, tr, pre, .heading { break-inside: avoid; }
  .heading { break-after: avoid; }
  section { padding-block: 1.4rem 0; }
  .many > div { position: static; width: auto; max-width: none; translate: none; }
  .table > div, pre { overflow: visible; }
  table { font-size: 9pt; max-width: 100%; overflow-wrap: anywhere; }
  .many { page: sideways; }
  .many table { font-size: 7.5pt; }
  .many th, .many td { padding-right: 0.5rem; }
  td.number { white-space: normal; }
  figcaption { font-size: 9pt; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
`;
