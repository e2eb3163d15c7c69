import type { Figure } from '@softmoe/figures';

/** A report before it is drawn: words, figures and tables in order. */
export interface ReportDocument {
  readonly title: string;
  /** The story in a few sentences made from the numbers. */
  readonly lead: readonly string[];
  readonly sections: readonly ReportSection[];
}

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
