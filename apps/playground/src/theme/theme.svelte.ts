type ThemeName = 'light' | 'dark';

const KEY = 'softmoe-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function remembered(): ThemeName | undefined {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Colours by name, as the page's CSS variables hold them, for what is drawn on canvas. */
class Theme {
  name: ThemeName = $state('light');
  #colors = new Map<string, string>();

  constructor() {
    this.#apply(remembered() ?? (dark.matches ? 'dark' : 'light'));
    dark.addEventListener('change', () => {
      if (!remembered()) this.#apply(dark.matches ? 'dark' : 'light');
    });
  }

  toggle(): void {
    const name = this.name === 'dark' ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // Not remembered, then.
    }
    this.#apply(name);
  }

  /** The colour in the CSS variable `--name`. Reading it in an effect follows the theme. */
  color(name: string): string {
    void this.name;
    let color = this.#colors.get(name);
    if (color === undefined) {
      color = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
      this.#colors.set(name, color);
    }
    return color;
  }

  /** Of teacher expert `j`, from 0; colours repeat after eight, so a number always goes with them. */
  teacher(j: number): string {
    return this.color(`teacher-${(j % 8) + 1}`);
  }

  #apply(name: ThemeName): void {
    document.documentElement.dataset.theme = name;
    this.#colors.clear();
    this.name = name;
  }
}

export const theme: Theme = new Theme();
