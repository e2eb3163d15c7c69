import type { Figure } from '@softmoe/figures';
import { SoftmoeError } from '@softmoe/model';

/** A report before it is drawn: words, figures and tables in order. */
export interface ReportDocument {
  readonly title: string;
  /** The story in a few sentences made from the numbers. */
  readonly lead: readonly string[];
  readonly sections: readonly ReportSection[];
}

/** A part of a report under a heading of its own, with a verdict where it judges something. */
export interface ReportSection {
  /** Anchor, unique in the document. */
  readonly id: string;
  readonly heading: string;
  readonly verdict?: {
    readonly word: string;
    readonly tone: 'good' | 'bad' | 'open';
  };
  readonly blocks: readonly ReportBlock[];
}

/** What a section is made of. */
export type ReportBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'figure'; readonly figure: Figure }
  | {
      readonly kind: 'table';
      readonly caption?: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly kind: 'code'; readonly language: string; readonly text: string };

/** A report cannot be made of what is in a folder, or cannot be written. */
export class ReportError extends SoftmoeError {
  override readonly name = 'ReportError';
}
