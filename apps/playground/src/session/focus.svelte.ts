import type { UnitChoice } from '../protocol.ts';

interface Looked {
  readonly student: number | undefined;
  readonly teacher: number | undefined;
}

/**
 * What the pointer, the keyboard or the scrubber is on, shared by all views: that is how they are linked. A unit that is
 * pinned stays in focus wherever nothing else is.
 */
class Focus {
  #student: number | undefined = $state();
  #teacher: number | undefined = $state();
  #pinned: Looked | undefined = $state.raw();
  #pointed: number | undefined = $state();
  /** The moment at which the scrubber stands, as `frameAt` counts them. */
  held: number | undefined = $state();
  /** The moment that the shown one is compared with. */
  marked: number | undefined = $state();

  /** Student unit, from 0, as numbered before pruning. */
  get student(): number | undefined {
    return this.#student ?? (this.#teacher === undefined ? this.#pinned?.student : undefined);
  }

  set student(student: number | undefined) {
    this.#student = student;
  }

  /** Teacher expert, from 0: of a student in focus the one that it is closest to. */
  get teacher(): number | undefined {
    return this.#teacher ?? (this.#student === undefined ? this.#pinned?.teacher : undefined);
  }

  set teacher(teacher: number | undefined) {
    this.#teacher = teacher;
  }

  /** The moment that views show; undefined: the latest of all. */
  get record(): number | undefined {
    return this.#pointed ?? this.held;
  }

  set record(record: number | undefined) {
    this.#pointed = record;
  }

  /** The unit in focus, if one is: a student, or else a teacher expert. */
  get unit(): UnitChoice | undefined {
    if (this.student !== undefined) return { of: 'student', index: this.student };
    return this.teacher === undefined ? undefined : { of: 'teacher', index: this.teacher };
  }

  get pinned(): boolean {
    return this.#pinned !== undefined;
  }

  /** Keeps the unit in focus, or lets go of it if it is kept already. */
  pin(): void {
    const { student, teacher } = this;
    const again = this.#pinned?.student === student && this.#pinned?.teacher === teacher;
    this.#pinned = again ? undefined : { student, teacher };
  }

  /** Looks away from units: back to the one that is pinned, if one is. */
  leave(): void {
    this.#student = undefined;
    this.#teacher = undefined;
  }

  /** Forgets everything, as another run is shown. */
  clear(): void {
    this.leave();
    this.#pinned = undefined;
    this.#pointed = undefined;
    this.held = undefined;
    this.marked = undefined;
  }
}

export const focus: Focus = new Focus();
