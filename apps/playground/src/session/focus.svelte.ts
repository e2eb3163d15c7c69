/** What the pointer or the keyboard is on, shared by all views: that is how they are linked. */
class Focus {
  /** Teacher expert, from 0. */
  teacher: number | undefined = $state();
  /** Student unit, from 0, as numbered before pruning. */
  student: number | undefined = $state();
  /** Index of a training record; undefined: the latest. */
  record: number | undefined = $state();
}

export const focus: Focus = new Focus();
