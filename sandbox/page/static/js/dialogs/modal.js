/** A bot's modal: labels with text inputs and selects, checked as Discord's client checks them, sent in Discord's form. */
import { h, icon, uid } from "../dom.js";
import { selectControl } from "../components/select.js";
import { renderMarkdown } from "../markdown/render.js";
import { openDialog } from "./dialog.js";

const PARAGRAPH = 2;

/**
 * Opens a modal.
 * @param {any} modal title, custom_id, components
 * @param {string} interactionId the interaction that it answers
 * @param {any} store
 * @param {any} actions
 */
export function openModal(modal, interactionId, store, actions) {
  const fields = modal.components.map((one) => field(one, store));
  const send = () => {
    const wrong = fields.filter((one) => one.check && !one.check());
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    dialog.close();
    actions.submit(interactionId, modal.custom_id, fields.map((one) => one.wire()).filter(Boolean));
  };
  const dialog = openDialog({ title: modal.title, class: "modal", form: send,
    note: h("p", { class: "modal-note" }, icon("warn"), "This form goes to the bot. Do not share passwords."),
    body: fields.map((one) => one.element),
    footer: [h("button", { type: "button", class: "c-button is-secondary", on: { click: () => dialog.close() } }, "Cancel"),
      h("button", { type: "submit", class: "c-button is-primary" }, "Submit")] });
  fields.find((one) => one.focus)?.focus();
}

/** One of the modal's rows. */
function field(one, store) {
  if (one.type === 10) return { element: h("div", { class: "md modal-text" }, renderMarkdown(one.content, store)), wire: () => null };
  if (one.type === 1) {
    const inner = control(one.components[0], one.components[0].label, "", store);
    return { ...inner, wire: () => ({ type: 1, id: one.id, components: [inner.value()] }) };
  }
  const inner = control(one.component, one.label, one.description, store);
  return { ...inner, wire: () => ({ type: 18, id: one.id, component: inner.value() }) };
}

/** A labelled control. */
function control(one, label, description, store) {
  const id = uid("field");
  const required = one.required !== false;
  const problem = h("div", { class: "field-error", id: `${id}-error`, role: "alert", hidden: true });
  const input = one.type === 4 ? textInput(one, id) : selectInput(one, store, id);
  const name = h(one.type === 4 ? "label" : "span", { class: "field-label", for: one.type === 4 ? id : null, id: `${id}-label` }, label,
    required && h("span", { class: "field-required", "aria-hidden": "true" }, " *"));
  const check = () => {
    const message = input.problem(required);
    problem.hidden = !message;
    problem.textContent = message ?? "";
    input.target.setAttribute("aria-invalid", String(Boolean(message)));
    return !message;
  };
  input.target.setAttribute("aria-describedby", `${id}-about ${id}-error`);
  return {
    element: h("div", { class: "field" }, name, h("div", { class: "field-about", id: `${id}-about` }, description), input.element, problem),
    check,
    focus: () => input.target.focus(),
    value: () => input.value(),
  };
}

function textInput(one, id) {
  const props = { id, class: "field-input", placeholder: one.placeholder, maxlength: one.max_length ?? 4000 };
  const target = /** @type {HTMLInputElement} */ (one.style === PARAGRAPH ? h("textarea", { ...props, rows: "4" }) : h("input", { ...props, type: "text" }));
  target.value = one.value ?? "";
  return {
    element: target,
    target,
    value: () => ({ type: 4, id: one.id, custom_id: one.custom_id, value: target.value }),
    problem: (required) => {
      const length = [...target.value.trim()].length;
      if (!length) return required ? "This field is required." : null;
      return one.min_length && length < one.min_length ? `At least ${one.min_length} characters are needed.` : null;
    },
  };
}

function selectInput(one, store, id) {
  const select = selectControl({ ...one, disabled: false }, store, { labelledby: `${id}-label` });
  return {
    element: select.element,
    target: select.element.querySelector("button"),
    value: () => ({ type: one.type, id: one.id, custom_id: one.custom_id, values: select.values() }),
    problem: (required) => (required && !select.values().length ? "Choose something." : null),
  };
}
