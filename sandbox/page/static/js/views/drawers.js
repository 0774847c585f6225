/** On narrow windows the sides are drawers: opened by the header's buttons, closed by Esc, the scrim or a choice. */

/** The widths at which the sides become drawers, as in layout.css. */
const NARROW = window.matchMedia("(max-width: 759px)");
const MEDIUM = window.matchMedia("(max-width: 1079px)");

/**
 * The two drawers. The right one has two doors: each opens it on a part of its own, at its full height.
 * @typedef {"left" | "people" | "demo"} Door
 */
export class Drawers {
  constructor() {
    this.sides = {
      left: { element: document.getElementById("left"), when: NARROW, doors: ["left"] },
      right: { element: document.getElementById("right"), when: MEDIUM, doors: ["people", "demo"] },
    };
    this.buttons = {};
    this.open = null;
    document.getElementById("scrim").addEventListener("click", () => this.close());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.open && !event.defaultPrevented) this.close();
    });
    for (const media of [NARROW, MEDIUM]) media.addEventListener("change", () => this.close());
  }

  /** @param {Record<Door, HTMLElement>} buttons */
  attach(buttons) {
    this.buttons = buttons;
    this.apply();
  }

  /** @param {Door} door */
  toggle(door) {
    this.open = this.open === door ? null : door;
    this.apply();
    if (!this.open) return;
    const part = document.getElementById(door);
    (part.querySelector('[aria-current="page"]') ?? part.querySelector("button") ?? part).focus();
  }

  /** Closes what is open and gives the focus back to its button. */
  close() {
    const was = this.open;
    this.open = null;
    this.apply();
    if (was) this.buttons[was]?.focus();
  }

  /** Closed drawers cannot be reached by keyboard. */
  apply() {
    for (const side of Object.values(this.sides)) {
      const drawer = side.when.matches;
      const open = side.doors.includes(this.open);
      side.element.inert = drawer && !open;
      side.element.classList.toggle("is-open", drawer && open);
      if (open) side.element.dataset.shows = this.open;
      else if (!drawer) delete side.element.dataset.shows;
      for (const door of side.doors) this.buttons[door]?.setAttribute("aria-expanded", String(this.open === door));
    }
    document.getElementById("scrim").classList.toggle("is-open", Boolean(this.open));
  }
}
