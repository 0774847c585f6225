/** One list of options with keyboard selection, used by the composer, the selects and the pickers. */
import { announce, fill, h, uid } from "./dom.js";

/**
 * @typedef {{value: any, label: string, description?: string, icon?: Node, badge?: string, group?: string,
 *   disabled?: boolean, trailing?: string}} Option
 */

/** The options; the focus stays in the control that owns it (aria-activedescendant). */
export class Listbox {
  /**
   * @param {{label: string, owner: HTMLElement, onchoose: (option: Option) => void, multiple?: boolean}} settings
   */
  constructor({ label, owner, onchoose, multiple = false }) {
    this.owner = owner;
    this.onchoose = onchoose;
    this.multiple = multiple;
    this.options = [];
    this.rows = [];
    this.active = -1;
    this.chosen = new Set();
    this.told = false;
    this.element = h("div", { class: "listbox", role: "listbox", id: uid("list"), "aria-label": label,
      "aria-multiselectable": multiple ? "true" : null,
      // A list of a combobox is scrolled from there; that of a text box counts as a part of its own.
      tabindex: owner.getAttribute("role") === "combobox" ? null : "0",
      // Pressing must not take the focus away from the owner.
      on: { mousedown: (event) => event.preventDefault() } });
    owner.setAttribute("aria-controls", this.element.id);
  }

  /**
   * Shows other options.
   * @param {Option[]} options
   * @param {{active?: number, empty?: string}} [how] which one is highlighted at first (-1: none)
   */
  show(options, { active = 0, empty = "Nothing matches." } = {}) {
    this.options = options;
    this.rows = options.map((option, index) => this.row(option, index));
    const children = [];
    let group = null;
    options.forEach((option, index) => {
      if (option.group && option.group !== group) {
        children.push(h("div", { class: "listbox-group", role: "presentation" }, option.group));
        group = option.group;
      }
      children.push(this.rows[index]);
    });
    // A listbox may hold options only, so the empty note is a disabled one.
    if (!options.length) {
      children.push(h("div", { class: "listbox-empty", role: "option", "aria-disabled": "true" }, empty));
    }
    fill(this.element, children);
    this.opened(options.length);
    this.active = -1;
    this.move(Math.min(active, options.length - 1));
  }

  /** A combobox says by itself that its list is open; for a text box, which has no such state, it is said once. @param {number} count */
  opened(count) {
    if (this.owner.getAttribute("role") === "combobox") this.owner.setAttribute("aria-expanded", "true");
    else if (!this.told && count) announce(`${this.element.getAttribute("aria-label")}: ${count}. The arrow keys choose.`);
    this.told = true;
  }

  /** @param {Option} option @param {number} index */
  row(option, index) {
    const picked = this.multiple && this.chosen.has(option.value);
    return h("div", { class: "option", role: "option", id: uid("option"), "aria-selected": picked ? "true" : "false",
      "aria-disabled": option.disabled ? "true" : null,
      on: { click: () => this.choose(index), mousemove: () => this.active !== index && this.move(index, false) } },
    this.multiple && h("span", { class: "option-box", "aria-hidden": "true" }),
    option.icon && h("span", { class: "option-icon" }, option.icon),
    h("span", { class: "option-text" }, h("span", { class: "option-label" }, option.label),
      option.description && h("span", { class: "option-description" }, option.description)),
    option.trailing && h("span", { class: "option-trailing" }, option.trailing));
  }

  /** @param {number} index @param {boolean} [scroll] */
  move(index, scroll = true) {
    this.rows[this.active]?.classList.remove("is-active");
    if (!this.multiple) this.rows[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const row = this.rows[index];
    if (!row) {
      this.owner.removeAttribute("aria-activedescendant");
      return;
    }
    row.classList.add("is-active");
    if (!this.multiple) row.setAttribute("aria-selected", "true");
    this.owner.setAttribute("aria-activedescendant", row.id);
    if (scroll) row.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  choose(index) {
    const option = this.options[index];
    if (!option || option.disabled) return;
    if (this.multiple) {
      if (this.chosen.has(option.value)) this.chosen.delete(option.value);
      else this.chosen.add(option.value);
      this.rows[index].setAttribute("aria-selected", String(this.chosen.has(option.value)));
    }
    this.onchoose(option);
  }

  /**
   * The keys that a list understands.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it was one of them
   */
  key(event) {
    const last = this.rows.length - 1;
    if (last < 0) return false;
    switch (event.key) {
      case "ArrowDown":
        this.move(this.active >= last ? 0 : this.active + 1);
        break;
      case "ArrowUp":
        this.move(this.active <= 0 ? last : this.active - 1);
        break;
      case "PageDown":
        this.move(Math.min(last, this.active + 6));
        break;
      case "PageUp":
        this.move(Math.max(0, this.active - 6));
        break;
      case "Enter":
        if (this.active < 0) return false;
        this.choose(this.active);
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  }

  /** Takes the list's traces off its owner. */
  close() {
    if (this.owner.getAttribute("role") === "combobox") this.owner.setAttribute("aria-expanded", "false");
    this.owner.removeAttribute("aria-activedescendant");
    this.owner.removeAttribute("aria-controls");
    this.element.remove();
    this.rows = [];
    this.options = [];
    this.active = -1;
  }
}
