/** The panel above the composer: what an option means, what is wrong with it, and the list to choose from. */
import { fill, h, icon, uid } from "../dom.js";
import { Listbox } from "../listbox.js";

/** The panel. */
export class Panel {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.explanation = h("div", { class: "panel-explanation", id: uid("explanation") });
    this.holder = h("div", { class: "panel-list" });
    element.append(this.explanation, this.holder);
    this.list = null;
    this.hide();
  }

  /**
   * @param {{name: string, description?: string, required?: boolean} | null} option
   * @param {string | null} [error]
   */
  explain(option, error = null) {
    fill(this.explanation, option && [h("strong", {}, option.name), " ", h("span", {}, option.description ?? ""),
      option.required ? h("span", { class: "panel-required" }, "required") : null],
    error && h("div", { class: "panel-error", role: "alert" }, icon("warn"), error));
    this.explanation.hidden = !option && !error;
    this.refresh();
  }

  /**
   * Shows a list that belongs to a control.
   * @param {HTMLElement} owner
   * @param {string} label
   * @param {import("../listbox.js").Option[]} options
   * @param {{active?: number, empty?: string, onchoose: (option: any) => void}} how
   */
  showList(owner, label, options, how) {
    if (this.list?.owner !== owner || this.label !== label) {
      this.list?.close();
      this.label = label;
      this.list = new Listbox({ label, owner, onchoose: (option) => this.onchoose(option) });
      this.holder.replaceChildren(this.list.element);
    }
    this.onchoose = how.onchoose;
    this.list.show(options, how);
    this.refresh();
  }

  /** Takes the list away and leaves the explanation. */
  hideList() {
    this.list?.close();
    this.list = null;
    this.refresh();
  }

  /** Takes everything away. */
  hide() {
    this.explanation.replaceChildren();
    this.explanation.hidden = true;
    this.hideList();
  }

  refresh() {
    this.element.hidden = !this.list && this.explanation.hidden;
  }
}
