/** A command being filled in: its chips, the options that may be added, and sending it. */
import { h } from "../dom.js";
import { Chip } from "./chip.js";
import { wrapped } from "./commands.js";

/** The form of one command. */
export class CommandForm {
  /**
   * @param {any} entry from commands.js
   * @param {{store: any, actions: any, panel: any, onsend: (entry: any, options: any[], label: string) => void,
   *   oncancel: (text: string) => void}} page
   */
  constructor(entry, { store, actions, panel, onsend, oncancel }) {
    Object.assign(this, { entry, store, actions, panel, onsend, oncancel });
    this.chips = [];
    this.tail = /** @type {HTMLInputElement} */ (h("input", { class: "chip-tail", type: "text", autocomplete: "off", spellcheck: "false",
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      on: { focus: () => this.offer(), input: () => this.tailTyped(), keydown: (event) => this.tailKey(event),
        blur: () => this.left(null) } }));
    this.element = h("div", { class: "command-form", role: "group", "aria-label": `Command /${entry.name}`,
      on: { mousedown: (event) => this.pressed(event) } },
    h("span", { class: "command-name" }, `/${entry.name}`), this.tail);
    for (const option of entry.options) if (option.required) this.add(option);
    this.refreshTail();
  }

  /** @param {any} option */
  add(option) {
    const chip = new Chip(option, this);
    this.chips.push(chip);
    this.tail.before(chip.element);
    this.refreshTail();
    return chip;
  }

  /** Sets options by name, adding those that are optional. @param {Record<string, string>} values */
  fillIn(values) {
    for (const [name, text] of Object.entries(values)) {
      const option = this.entry.options.find((one) => one.name === name);
      const chip = this.chips.find((one) => one.option.name === name) ?? (option && this.add(option));
      chip?.set(String(text));
      chip?.split();
    }
    (this.chips.find((chip) => !chip.input.value) ?? this.chips.at(-1) ?? this.tail).input?.focus();
    if (!this.chips.length) this.tail.focus();
  }

  /** The options that are not there yet. */
  get missing() {
    const names = new Set(this.chips.map((chip) => chip.option.name));
    return this.entry.options.filter((option) => !names.has(option.name));
  }

  refreshTail() {
    const count = this.missing.length;
    this.tail.placeholder = count ? `+${count} optional` : "";
    this.tail.setAttribute("aria-label", count ? `Add an option: ${count} optional` : "End of the command: Enter sends it");
    this.tail.classList.toggle("is-empty", !count);
  }

  /** The list of options to add; nothing is highlighted, so that Enter sends. */
  offer() {
    const typed = this.tail.value.trim().toLowerCase().replace(/:$/, "");
    const options = this.missing.filter((option) => option.name.startsWith(typed))
      .map((option) => ({ value: option, label: option.name, description: option.description }));
    this.panel.explain(null);
    if (!options.length) {
      this.panel.hideList();
      return;
    }
    this.panel.showList(this.tail, "More options", options, { active: typed ? 0 : -1, onchoose: (one) => this.addChosen(one.value) });
  }

  /** @param {any} option */
  addChosen(option) {
    this.tail.value = "";
    this.add(option).input.focus();
  }

  tailTyped() {
    const named = this.missing.find((option) => `${option.name}:` === this.tail.value.trimStart());
    if (named) this.addChosen(named);
    else this.offer();
  }

  /** @param {KeyboardEvent} event */
  tailKey(event) {
    const list = this.panel.list?.owner === this.tail ? this.panel.list : null;
    if (list?.key(event)) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Tab" && !event.shiftKey && list && list.active >= 0) {
      event.preventDefault();
      list.choose(list.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.escape(Boolean(list));
    } else if ((event.key === "Backspace" || event.key === "ArrowLeft") && !this.tail.value) {
      event.preventDefault();
      const last = this.chips.at(-1);
      if (last) last.input.focus();
      else if (event.key === "Backspace") this.cancel();
    }
  }

  /** @param {any} chip */
  entered(chip) {
    this.active = chip;
  }

  /** Nothing in the form has the focus any more: the panel goes. @param {any} _chip */
  left(_chip) {
    window.setTimeout(() => {
      if (!this.element.contains(document.activeElement) && this.element.isConnected) this.panel.hide();
    }, 0);
  }

  /** The chip after this one that still wants a value, or else the tail. @param {any} chip @param {boolean} [skip] */
  next(chip, skip = true) {
    const after = this.chips.slice(this.chips.indexOf(chip) + 1);
    const to = (skip ? after.find((one) => !one.input.value) : after[0]) ?? null;
    (to?.input ?? this.tail).focus();
    return true;
  }

  /** @param {any} chip */
  previous(chip) {
    const before = this.chips[this.chips.indexOf(chip) - 1];
    before?.input.focus();
    return Boolean(before);
  }

  /** Backspace in an empty box: an optional chip goes, an empty form becomes text again. @param {any} chip */
  remove(chip) {
    const at = this.chips.indexOf(chip);
    if (!chip.option.required) {
      chip.element.remove();
      this.chips.splice(at, 1);
      this.refreshTail();
      (this.chips[at - 1]?.input ?? this.tail).focus();
    } else if (at > 0) {
      this.chips[at - 1].input.focus();
    } else if (this.chips.every((one) => !one.input.value)) {
      this.cancel();
    }
  }

  /** Esc closes the list first and the command next. @param {boolean} listShown */
  escape(listShown) {
    if (listShown) this.panel.hideList();
    else this.oncancel("");
  }

  cancel() {
    this.oncancel(`/${this.entry.name}`);
  }

  /** A press on the empty part of the form leads to its end. @param {MouseEvent} event */
  pressed(event) {
    if (event.target !== this.element) return;
    event.preventDefault();
    this.tail.focus();
  }

  /** The options on the wire. @param {{focused?: any}} [how] */
  wire({ focused } = {}) {
    const values = [];
    for (const chip of this.chips) {
      if (chip === focused) {
        values.push({ type: chip.option.type, name: chip.option.name, value: chip.input.value, focused: true });
        continue;
      }
      const { value, error } = chip.read();
      if (value !== undefined && !error) values.push({ type: chip.option.type, name: chip.option.name, value });
    }
    return wrapped(this.entry, values);
  }

  /** Sends the command, or shows the first thing that is wrong with it. */
  submit() {
    const wrong = this.chips.filter((chip) => {
      chip.setError(chip.read().error ?? null);
      return chip.error;
    });
    if (wrong.length) {
      wrong[0].input.focus();
      wrong[0].suggest();
      return;
    }
    const options = this.wire();
    this.panel.hide();
    this.onsend(this.entry, options, `/${this.entry.name}`);
  }
}
