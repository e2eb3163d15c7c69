/** How many units someone expects to be left, said before pruning shows it. */
class Guess {
  #units: number | undefined = $state();
  #run: number | undefined = $state();

  /** The guess about a run, by its number; undefined if none was made. */
  of(run: number): number | undefined {
    return this.#run === run ? this.#units : undefined;
  }

  make(run: number, units: number): void {
    this.#run = run;
    this.#units = units;
  }
}

export const guess: Guess = new Guess();
