/** Figures as slides, in the order of the story; the first is the architecture. */
export const slides = [
  'architecture',
  'alignment',
  'students',
  'loss',
  'elimination',
  'certificate',
  'planes',
  'sweep',
] as const;

type Slide = (typeof slides)[number];

/** Width, in pixels of the layout, that a slide has on any screen: the smallest text of 11 then has 28 in 1920. */
const WIDTH = 750;

/** Whether one figure at a time fills the screen, and how much larger than on the page it is. */
class Presentation {
  slide: Slide | undefined = $state();
  #width: number = $state(innerWidth);

  get zoom(): number {
    return this.slide === undefined ? 1 : Math.max(1, this.#width / WIDTH);
  }

  resize(): void {
    this.#width = innerWidth;
  }

  /** To the slide that is so many further on, as far as there are slides. */
  move(by: number): void {
    if (this.slide === undefined) return;
    const at = slides.indexOf(this.slide) + by;
    this.slide = slides[Math.min(slides.length - 1, Math.max(0, at))];
  }
}

export const presentation: Presentation = new Presentation();
