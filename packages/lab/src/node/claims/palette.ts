/** Colours that colour-blind readers can tell apart (Okabe and Ito), readable on light and on dark. */
export const palette = {
  expert: '#0072b2',
  router: '#d55e00',
  measured: '#0072b2',
  predicted: '#d55e00',
  third: '#009e73',
  fourth: '#cc79a7',
} as const;
