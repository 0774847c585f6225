/** Select menus: strings, people, roles, channels. A button opens a list; several values are confirmed on closing. */
import { h, icon } from "../dom.js";
import { Listbox } from "../listbox.js";
import { float } from "../popover.js";
import { selectOptions } from "./options.js";

/**
 * A select in a message: choosing calls the bot.
 * @param {any} one
 * @param {import("./context.js").Context} context
 * @returns {HTMLElement}
 */
export function select(one, context) {
  return selectControl(one, context.store, {
    busy: context.busy === one.custom_id,
    onchange: (values) => context.actions.choose(context.message, one.custom_id, values),
  }).element;
}

/**
 * The control itself, which modals use too.
 * @param {any} one the component
 * @param {any} store
 * @param {{onchange?: (values: string[]) => void, busy?: boolean, labelledby?: string}} settings
 * @returns {{element: HTMLElement, values: () => string[]}}
 */
export function selectControl(one, store, { onchange, busy = false, labelledby } = {}) {
  const most = one.max_values ?? 1;
  const least = one.min_values ?? 1;
  const options = selectOptions(one, store);
  let values = defaults(one, options);
  const shown = h("span", { class: "c-select-value" });
  const name = one.placeholder || "Make a selection";
  const button = h("button", { type: "button", class: busy ? "c-select is-busy" : "c-select", role: "combobox",
    "aria-haspopup": "listbox", "aria-expanded": "false", "aria-label": labelledby ? null : name, "aria-labelledby": labelledby,
    disabled: Boolean(one.disabled) || busy, dataset: { customId: one.custom_id },
    on: { click: toggle, keydown: key } }, shown, icon("down"));
  describe();
  let list = null;
  let close = null;

  function describe() {
    const labels = options.filter((option) => values.includes(option.value)).map((option) => option.label);
    shown.textContent = labels.join(", ") || name;
    shown.classList.toggle("is-placeholder", !labels.length);
  }

  function toggle() {
    if (close) {
      close();
      return;
    }
    list = new Listbox({ label: name, owner: button, multiple: most > 1, onchoose: chosen });
    list.chosen = new Set(values);
    list.show(options, { active: Math.max(0, options.findIndex((option) => values.includes(option.value))) });
    const before = values.join();
    close = float(list.element, button, { width: true, onclose: () => {
      if (most > 1) take([...list.chosen], before);
      list.close();
      list = null;
      close = null;
    } });
  }

  /** @param {import("../listbox.js").Option} option */
  function chosen(option) {
    if (most > 1) {
      if (list.chosen.size <= most) return;
      list.chosen.delete(option.value);
      list.rows[list.active]?.setAttribute("aria-selected", "false");
      return;
    }
    close();
    take([option.value], null);
  }

  /** @param {string[]} next @param {string | null} before */
  function take(next, before) {
    if (next.length < least || next.join() === before) return;
    values = next;
    describe();
    onchange?.(values);
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (!list) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        toggle();
      }
      return;
    }
    if (list.key(event)) {
      event.stopPropagation();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
      close();
    } else if (event.key === " ") {
      event.preventDefault();
      list.choose(list.active);
    }
  }

  return { element: h("div", { class: "c-select-box" }, button), values: () => values };
}

/** What is chosen at first. */
function defaults(one, options) {
  if (one.type === 3) return (one.options ?? []).filter((option) => option.default).map((option) => option.value);
  const known = new Set(options.map((option) => option.value));
  return (one.default_values ?? []).map((value) => value.id).filter((id) => known.has(id));
}
