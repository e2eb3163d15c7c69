/** Where the parts of the diagram stand, in pixels of its drawing. */
export interface DiagramLayout {
  readonly width: number;
  readonly height: number;
  /** Room on the left for the names of the rows; 0 where they would take the units' own. */
  readonly names: number;
  readonly radius: number;
  /** Length of needles, which may reach into the next column where units are many. */
  readonly needle: number;
  /** Units too many for round dials: needles only. */
  readonly compact: boolean;
  readonly teacher: BandLayout;
  readonly student: BandLayout;
}

/** One model: its units side by side, and the picture of what they sum to. */
export interface BandLayout {
  readonly top: number;
  readonly left: number;
  readonly column: number;
  readonly right: number;
  /** Heights of the rows, from the top of the drawing. */
  readonly input: number;
  readonly router: number;
  readonly expert: number;
  readonly sum: number;
  /** Upper left corner of the picture, and its side. */
  readonly picture: { readonly x: number; readonly y: number; readonly side: number };
}

const NAMES = 92;
const GAP = 34;
/** From the last unit to the picture: the sign of the sum and an arrow. */
const SUM = 44;
const LARGEST = 15;
const SHORTEST = 9;
/** From the routers' row to the experts', and the height of a model: whatever the number of units, nothing below moves. */
const STEP = 2 * LARGEST + 14;
const TALL = 40 + LARGEST + STEP + LARGEST + 46 + 22;
/** A dial narrower than this has no room for its rim. */
const RIM = 5.5;
/** Below this width the teacher stands above the student. */
const NARROW = 860;

/** Two models side by side, or on narrow screens, where `besides` is false, one above the other, in `width` pixels. */
export function layoutOf(
  width: number,
  teachers: number,
  students: number,
  besides: boolean = width >= NARROW,
): DiagramLayout {
  const narrow = !besides;
  const side = narrow ? 64 : 84;
  const names = narrow ? 0 : NAMES;
  const room = narrow ? width - 8 : width - names - GAP - 2 * (SUM + side) - 8;
  const across = narrow ? Math.max(students, teachers) : teachers + students;
  const column = Math.min(2 * LARGEST + 8, room / Math.max(1, across));
  const radius = Math.min(LARGEST, column / 2 - 1.5);
  const band = (top: number, left: number, units: number, picture: BandLayout['picture']) => {
    const router = top + 40 + LARGEST;
    const expert = router + STEP;
    return {
      top,
      left,
      column,
      right: left + units * column,
      input: top + 26,
      router,
      expert,
      sum: expert + LARGEST + 46,
      picture,
    };
  };
  if (!narrow) {
    const right = names + teachers * column;
    const y = 24 + (TALL - 24 - side) / 2;
    const other = right + SUM + side + GAP;
    return {
      width,
      height: TALL,
      names,
      radius,
      needle: Math.max(radius, SHORTEST),
      compact: radius < RIM,
      teacher: band(0, names, teachers, { x: right + SUM, y, side }),
      student: band(0, other, students, { x: other + students * column + SUM, y, side }),
    };
  }
  const y = 24;
  return {
    width,
    height: 2 * TALL + 14,
    names,
    radius,
    needle: Math.max(radius, SHORTEST),
    compact: radius < RIM,
    teacher: band(0, 4, teachers, { x: width - 2 * side - 20, y, side }),
    student: band(TALL + 14, 4, students, { x: width - side - 4, y, side }),
  };
}

/** Degrees between two directions of that overlap: 0 is the same, 90 has nothing to do with it. */
export function angleOf(overlap: number): number {
  return (Math.acos(Math.max(-1, Math.min(1, overlap))) * 180) / Math.PI;
}

/** Width of the line that carries a unit's amplitude, at most `most`: its area would lie, its width does not. */
export function thickness(amplitude: number, largest: number, most: number): number {
  return Math.max(0.75, (most * Math.abs(amplitude)) / Math.max(largest, 1e-300));
}
