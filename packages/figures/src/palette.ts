const colours = {
  light: {
    paper: '#f6f5f1',
    surface: '#ffffff',
    raised: '#efede7',
    ink: '#191d25',
    soft: '#545b69',
    line: '#dedbd3',
    good: '#0a7153',
    bad: '#b3261e',
    low: '#1d5fc9',
    high: '#e8650f',
    nobody: '#a9adb6',
    'teacher-1': '#1d5fc9',
    'teacher-2': '#e8650f',
    'teacher-3': '#0f8f6c',
    'teacher-4': '#c264ad',
    'teacher-5': '#52300f',
    'teacher-6': '#7a86f5',
    'teacher-7': '#667085',
    'teacher-8': '#7d1d2b',
  },
  dark: {
    paper: '#0e1116',
    surface: '#161b23',
    raised: '#212833',
    ink: '#eceff4',
    soft: '#a5aebd',
    line: '#2c3440',
    good: '#5fd3ab',
    bad: '#ff8f86',
    low: '#5b93ff',
    high: '#e8862e',
    nobody: '#5f6877',
    'teacher-1': '#5b93ff',
    'teacher-2': '#e8862e',
    'teacher-3': '#3fe0a0',
    'teacher-4': '#b878a8',
    'teacher-5': '#f3e35a',
    'teacher-6': '#a8d8ff',
    'teacher-7': '#98a2b3',
    'teacher-8': '#e0555c',
  },
} as const;

/** Names of the colours of figures, which a page may set as CSS variables. */
export type ColorName = keyof typeof colours.light;

/**
 * Colours by name, for light and for dark pages. The first five teacher colours keep a CIE76 distance of at least 20
 * under protanopia, deuteranopia and tritanopia; figures say the same by number, dash, fill or symbol.
 */
export const palette: Readonly<Record<'light' | 'dark', Readonly<Record<ColorName, string>>>> =
  colours;

const TEACHERS = 8;

/** The page's colour of that name where the page has one, the light palette's elsewhere. */
export function color(name: ColorName): string {
  return `var(--${name}, ${palette.light[name]})`;
}

/** The colour of teacher expert `j`, from 0; colours repeat after eight, so a number always goes with them. */
export function teacherColor(j: number): string {
  return color(`teacher-${(j % TEACHERS) + 1}` as ColorName);
}

/** The colour that a value made by {@link color} has in print: the light palette's. */
export function fixedColor(value: string): string {
  return value.replace(/var\(--[\w-]+, (#[0-9a-f]{6})\)/g, '$1');
}
