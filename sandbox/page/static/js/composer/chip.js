/** One option of a command: its name, and a box to type or pick its value in. */
import { h, uid } from "../dom.js";
import { Completions } from "./completions.js";
import { closedList, narrowed, read } from "./values.js";

/** A chip. Its form decides where the focus goes next. */
export class Chip {
  /**
   * @param {any} option Discord's command option
   * @param {any} form the command form around it
   */
  constructor(option, form) {
    this.option = option;
    this.form = form;
    this.picked = null;
    this.error = null;
    const id = uid("chip");
    this.input = /** @type {HTMLInputElement} */ (h("input", { id, class: "chip-input", type: "text", autocomplete: "off",
      autocapitalize: "off", spellcheck: "false", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-required": option.required ? "true" : null, dataset: { option: option.name },
      on: { input: () => this.typed(), focus: () => this.enter(), blur: () => this.leave(), keydown: (event) => this.key(event) } }));
    this.element = h("span", { class: option.required ? "chip is-required" : "chip" },
      h("label", { class: "chip-name", for: id }, option.name), this.input);
    this.completions = option.autocomplete ? new Completions(this, form) : null;
    this.fit();
  }

  /** As wide as its text, also where the browser cannot do that by itself. */
  fit() {
    this.input.size = Math.min(Math.max(this.input.value.length + 1, 4), 60);
  }

  /** @param {string} text @param {import("../listbox.js").Option | null} [picked] */
  set(text, picked = null) {
    this.input.value = text;
    this.picked = picked;
    this.setError(null);
    this.fit();
  }

  /** What it holds now. */
  read() {
    const same = this.picked && this.input.value === this.picked.label ? this.picked : null;
    return read(this.option, this.input.value, same, this.form.store);
  }

  /** @param {string | null} message */
  setError(message) {
    this.error = message;
    this.element.classList.toggle("has-error", Boolean(message));
    if (message) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  typed() {
    this.setError(null);
    if (this.split()) return;
    this.fit();
    this.suggest();
  }

  /** As in Discord, an option named in the text ('was it planned private:') gets a box of its own, and what follows it. */
  split() {
    const text = this.input.value;
    for (const { index, 0: found, 1: name } of text.matchAll(/(?:^|\s)([\w-]+):\s*/g)) {
      const rest = text.slice(index + found.length);
      if (name === this.option.name && !text.slice(0, index).trim()) {
        this.set(rest);
        return this.split();
      }
      const option = this.form.missing.find((one) => one.name === name);
      if (option) {
        this.set(text.slice(0, index).trimEnd());
        const chip = this.form.add(option);
        chip.set(rest);
        chip.input.focus();
        chip.split();
        return true;
      }
    }
    return false;
  }

  enter() {
    this.element.classList.add("is-active");
    this.form.entered(this);
    this.suggest();
  }

  leave() {
    this.element.classList.remove("is-active");
    this.completions?.cancel();
    this.form.left(this);
  }

  /** Shows what can be chosen for what stands here. */
  suggest() {
    const { panel } = this.form;
    panel.explain(this.option, this.error);
    this.input.setAttribute("aria-describedby", panel.explanation.id);
    if (this.completions) {
      this.completions.ask();
      return;
    }
    const list = closedList(this.option, this.form.store);
    if (!list) {
      panel.hideList();
      return;
    }
    const settled = this.picked && this.input.value === this.picked.label;
    const fitting = settled ? list : narrowed(list, this.input.value);
    const active = settled ? list.findIndex((one) => one.value === this.picked.value) : 0;
    panel.showList(this.input, `Values for ${this.option.name}`, fitting, { active, onchoose: (one) => this.choose(one) });
  }

  /** @param {import("../listbox.js").Option} option */
  choose(option) {
    this.set(option.label, option);
    this.completions?.cancel();
    this.form.next(this);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { list } = this.form.panel;
    const shown = Boolean(list?.rows.length) && list.owner === this.input;
    const at = this.input.selectionStart === this.input.selectionEnd ? this.input.selectionStart : -1;
    if (shown && event.key === "Enter" && this.settled(list)) {
      event.preventDefault();
      this.form.submit();
    } else if (shown && event.key !== "Tab" && list.key(event)) {
      event.stopPropagation();
    } else if (event.key === "Tab" && !event.shiftKey) {
      this.tab(event, shown ? list : null);
    } else if (event.key === "Tab") {
      if (this.form.previous(this)) event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.form.submit();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.form.escape(shown);
    } else if (event.key === "Backspace" && !this.input.value) {
      event.preventDefault();
      this.form.remove(this);
    } else if (event.key === "ArrowLeft" && at === 0) {
      if (this.form.previous(this)) event.preventDefault();
    } else if (event.key === "ArrowRight" && at === this.input.value.length) {
      if (this.form.next(this, false)) event.preventDefault();
    }
  }

  /** Whether Enter should send: the highlighted row is what already stands here, picked or typed out. */
  settled(list) {
    return list.options[list.active]?.label.toLowerCase() === this.input.value.trim().toLowerCase();
  }

  /**
   * Tab takes the highlighted (or the first) suggestion, as in Discord, and goes on; in an empty optional box it only goes on.
   * @param {KeyboardEvent} event
   * @param {any} list
   */
  tab(event, list) {
    const first = list?.options[Math.max(list.active, 0)];
    const done = this.picked && this.input.value === this.picked.label;
    if (first && !first.disabled && !done && (this.input.value.trim() || list.active > 0)) {
      event.preventDefault();
      this.choose(first);
    } else if (this.form.next(this, false)) {
      event.preventDefault();
    }
  }
}
