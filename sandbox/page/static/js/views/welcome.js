/** Things to try, on a first visit: what goes with the announcement, and a week of daily quotes. One press does each. */
import { fill, h, icon, iconButton } from "../dom.js";

const SEEN = "canonkeeper-demo-welcomed";

/**
 * @param {any} store
 * @param {any} composer
 * @param {any} actions
 * @param {import("./week.js").Week} week
 */
export function mountWelcome(store, composer, actions, week) {
  const box = document.getElementById("welcome");
  if (remembered()) return;
  // Whether a press on one of them, and not the visitor's own command, sends what is being sent.
  let ours = false;
  const send = (command, values) => {
    composer.begin(command, values);
    // Without the bot it stands in the composer until it can be sent.
    if (!composer.form || !store.bot.online) return;
    ours = true;
    composer.form.submit();
    ours = false;
  };
  const WEEK = { icon: "clock", title: "Watch a week of daily quotes", does: ["/daily schedule, ", h("em", {}, "a week in a minute")],
    run: () => week.start() };
  /** @type {any[] | null} known with the first snapshot */
  let left = null;
  const offered = (thing) => ({ icon: thing.icon, title: thing.title, does: [`/${thing.command} `, h("em", {}, Object.values(thing.values)[0] ?? "")],
    run: () => send(thing.command, thing.values) });
  const things = h("ul", { class: "welcome-things" });
  const title = h("h2", {}, "New here? Try one of these");
  const hide = () => {
    box.hidden = !left?.length || week.running || !document.getElementById("week").hidden;
  };
  const done = () => {
    left = [];
    hide();
    try {
      window.localStorage.setItem(SEEN, "yes");
    } catch {
      // Without storage the welcome comes back at the next visit, which harms nobody.
    }
  };
  const draw = () => fill(things, left.map((thing) => h("li", {}, h("button", { type: "button", class: "welcome-thing", on: { click: () => press(thing) } },
    icon(thing.icon), h("span", {}, h("span", { class: "welcome-title" }, thing.title), h("span", { class: "welcome-command" }, thing.does))))));

  /** What was tried makes room for its answer; the others stay to be tried. */
  function press(thing) {
    const online = store.bot.online;
    thing.run();
    if (!online) return;
    left = left.filter((one) => one !== thing);
    if (!left.length) {
      done();
      return;
    }
    box.classList.add("is-compact");
    title.textContent = "Try next";
    draw();
    hide();
  }
  fill(box, h("div", { class: "welcome-head" }, title, iconButton("close", "Hide these", done)), things);
  store.on("snapshot", () => {
    if (!left) {
      left = [...store.things.map(offered), WEEK];
      draw();
    }
    hide();
  });
  store.on("toured", hide);
  const before = actions.onsent;
  actions.onsent = (entry) => {
    before(entry);
    // Whoever sends commands of their own needs no suggestions.
    if (!ours && !week.running) done();
  };
}

function remembered() {
  try {
    return window.localStorage.getItem(SEEN) === "yes";
  } catch {
    return false;
  }
}
