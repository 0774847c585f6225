/** On narrow windows the sides are drawers: opened by the header's buttons, closed by Esc, the scrim or a choice. */

/** The widths at which the sides become drawers, as in layout.css. */
const NARROW = window.matchMedia("(max-width: 759px)");
const MEDIUM = window.matchMedia("(max-width: 1079px)");

/** The two drawers. */
export class Drawers {
  constructor() {
    this.sides = {
      left: { element: document.getElementById("left"), when: NARROW, button: null },
      right: { element: document.getElementById("right"), when: MEDIUM, button: null },
    };
    this.open = null;
    document.getElementById("scrim").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.open && !event.defaultPrevented) this.close();
    });
    for (const media of [NARROW, MEDIUM]) media.addEventListener("change", () => this.close());
  }

  /** @param {{left: HTMLElement, right: HTMLElement}} buttons */
  attach(buttons) {
    this.sides.left.button = buttons.left;
    this.sides.right.button = buttons.right;
    this.apply();
  }

  /** @param {"left" | "right"} side */
  toggle(side) {
    this.open = this.open === side ? null : side;
    this.apply();
    if (this.open) {
      const { element } = this.sides[side];
      (element.querySelector('[aria-current="page"]') ?? element.querySelector("button"))?.focus();
    }
  }

  /** Closes what is open and gives the focus back to its button. */
  close() {
    const was = this.open;
    this.open = null;
    this.apply();
    if (was) this.sides[was].button?.focus();
  }

  /** Closed drawers cannot be reached by keyboard. */
  apply() {
    for (const [name, side] of Object.entries(this.sides)) {
      const drawer = side.when.matches;
      side.element.inert = drawer && this.open !== name;
      side.element.classList.toggle("is-open", drawer && this.open === name);
      side.button?.setAttribute("aria-expanded", String(this.open === name));
    }
    document.getElementById("scrim").classList.toggle("is-open", Boolean(this.open));
  }
}
