/** Completions from the bot: asked for when typing pauses; late answers to older text are dropped. */

const PAUSE = 180;

/** The completions of one chip. */
export class Completions {
  /**
   * @param {any} chip
   * @param {any} form
   */
  constructor(chip, form) {
    this.chip = chip;
    this.form = form;
    this.timer = 0;
    this.asked = 0;
  }

  /** Asks for completions soon. */
  ask() {
    window.clearTimeout(this.timer);
    this.asked += 1;
    const number = this.asked;
    const quick = !this.chip.input.value;
    // What is on show answers an older text: nothing of it may be taken by a key that meant this one.
    const { list } = this.form.panel;
    if (list?.owner === this.chip.input) list.move(-1);
    this.timer = window.setTimeout(() => this.fetch(number), quick ? 0 : PAUSE);
  }

  /** Forgets what is under way. */
  cancel() {
    window.clearTimeout(this.timer);
    this.asked += 1;
  }

  /** @param {number} number */
  async fetch(number) {
    const { chip, form } = this;
    const waiting = window.setTimeout(() => number === this.asked && this.show([], "Loading options…"), 400);
    let choices = null;
    try {
      choices = await form.actions.complete(form.entry, form.wire({ focused: chip }));
    } catch {
      // Shown below: Discord's client says no more than this either.
    }
    window.clearTimeout(waiting);
    if (number !== this.asked || document.activeElement !== chip.input) return;
    if (choices === null) this.show([], "Loading options failed.");
    else if (choices.length) this.show(choices.map((choice) => ({ value: choice.value, label: choice.name })), "");
    else this.show([], "No options match your search.");
  }

  /** @param {import("../listbox.js").Option[]} options @param {string} empty */
  show(options, empty) {
    const { chip, form } = this;
    const typed = chip.input.value.trim().toLowerCase();
    // Free text may be sent as it is, so Enter must not replace it by chance: only a value that
    // continues what was typed is highlighted by itself.
    const first = options[0]?.label.toLowerCase() ?? "";
    const continues = Boolean(typed) && first.startsWith(typed) && first !== typed;
    form.panel.showList(chip.input, `Values for ${chip.option.name}`, options,
      { active: continues ? 0 : -1, empty, onchoose: (option) => chip.choose(option) });
  }
}
