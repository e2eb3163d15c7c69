import { describe, expect, it } from 'vitest';
import { angleOf, layoutOf, thickness } from './layout.ts';

describe('the layout of the diagram', () => {
  it.each([
    [1040, 4, 16],
    [1040, 5, 25],
    [900, 5, 25],
    [760, 5, 25],
    [346, 4, 16],
    [346, 8, 40],
  ])('keeps all parts inside %i pixels with %i teacher experts and %i students', (width, k, m) => {
    const { teacher, student, height } = layoutOf(width, k, m);
    for (const { right, picture, sum } of [teacher, student]) {
      expect(right).toBeLessThanOrEqual(width);
      expect(picture.x + picture.side).toBeLessThanOrEqual(width);
      expect(sum + 16).toBeLessThanOrEqual(height);
    }
    if (height < 300)
      expect(student.left).toBeGreaterThan(teacher.picture.x + teacher.picture.side);
  });

  it('has round dials up to 25 students on a desk, and needles only where they would not fit', () => {
    for (const width of [1040, 920, 700]) expect(layoutOf(width, 5, 25).compact).toBe(false);
    expect(layoutOf(346, 4, 16).compact).toBe(false);
    expect(layoutOf(1040, 8, 40).compact).toBe(true);
  });

  it('is as high for few units as for many, so that nothing below moves when they are known', () => {
    for (const width of [346, 760, 1040]) {
      expect(layoutOf(width, 1, 1).height).toBe(layoutOf(width, 8, 40).height);
    }
  });
});

describe('what is drawn of a unit', () => {
  it('turns from a right angle to none as its direction aligns', () => {
    expect(angleOf(0)).toBe(90);
    expect(angleOf(1)).toBe(0);
    expect(angleOf(-1)).toBe(180);
    // Overlaps of unit vectors can come out a rounding error above one.
    expect(angleOf(1 + 1e-15)).toBe(0);
  });

  it('grows in width with the amplitude of either sign, and is never lost from sight', () => {
    expect(thickness(-2, 2, 10)).toBe(10);
    expect(thickness(1, 2, 10)).toBe(5);
    expect(thickness(0, 2, 10)).toBeGreaterThan(0);
  });
});
