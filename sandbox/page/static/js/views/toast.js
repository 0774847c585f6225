/** Short notes in a corner that go by themselves. */
import { h, icon } from "../dom.js";

const STAYS = 5000;

/**
 * @param {string} text
 * @param {boolean} [bad]
 */
export function toast(text, bad = false) {
  const note = h("div", { class: bad ? "toast is-bad" : "toast" }, icon(bad ? "warn" : "check"), h("span", {}, text));
  const all = document.getElementById("toasts");
  for (const old of [...all.children]) if (old.textContent === text) old.remove();
  all.appendChild(note);
  window.setTimeout(() => note.remove(), STAYS);
}
