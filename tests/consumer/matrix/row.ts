/** One package as a user has it: installed from its tarball by the install line of its README, in a folder of its own. */
export interface Row {
  /** Folder in packages/. */
  readonly name: string;
  /** What is imported. */
  readonly id: string;
  /** The user's folder. */
  readonly path: string;
  readonly examples: readonly string[];
  /** What each example prints. */
  readonly printed: readonly string[];
  /** Every entry point. */
  readonly entries: readonly string[];
  /** Whether it, or one of our packages that it brings, asks for modules of Node. */
  readonly needsNode: boolean;
}
