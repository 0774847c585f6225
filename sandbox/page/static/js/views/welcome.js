/** Three things to try, on a first visit: a ruling, an answer, and a week of daily quotes. One press does each. */
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
  let left = [
    { icon: "check", title: "Settle an argument", does: ["/canon ", h("em", {}, "they are just friends")],
      run: () => send("canon", { subject: "they are just friends" }) },
    { icon: "question", title: "Ask a question", does: ["/ask ", h("em", {}, "Was it planned from the start?")],
      run: () => send("ask", { question: "Was it planned from the start?" }) },
    { icon: "clock", title: "Watch a week of daily quotes", does: ["/daily schedule, ", h("em", {}, "and a week passes in a minute")],
      run: () => week.start() },
  ];
  const things = h("ul", { class: "welcome-things" });
  const title = h("h2", {}, "New here? Try one of these");
  const hide = () => {
    box.hidden = left.length === 0 || week.running || !document.getElementById("week").hidden;
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
  draw();
  store.on("snapshot", hide);
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
