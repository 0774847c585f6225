/** Arrow keys inside a list of buttons: one stop for Tab, arrows within. */

/**
 * @param {HTMLElement} container
 * @param {string} selector what can be walked
 */
export function roving(container, selector) {
  container.addEventListener("keydown", (event) => {
    const all = [...container.querySelectorAll(selector)];
    const at = all.indexOf(event.target);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all[to]) return;
    event.preventDefault();
    all[to].focus();
  });
  container.addEventListener("focusin", (event) => {
    const all = [...container.querySelectorAll(selector)];
    if (all.includes(event.target)) for (const one of all) one.tabIndex = one === event.target ? 0 : -1;
  });
}

/**
 * Sets the one stop for Tab after drawing.
 * @param {HTMLElement} container
 * @param {string} selector
 */
export function oneStop(container, selector) {
  const all = [...container.querySelectorAll(selector)];
  const current = all.find((one) => one.getAttribute("aria-current")) ?? all[0];
  for (const one of all) one.tabIndex = one === current ? 0 : -1;
}
