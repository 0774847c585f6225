/** Three things to try, on a first visit; pressing one fills the composer and leaves the sending to the visitor. */
import { fill, h, icon, iconButton } from "../dom.js";

const SEEN = "canonkeeper-demo-welcomed";

const THINGS = [
  { icon: "book", title: "Look up a quote", command: "quote", values: { query: "Konietzko" } },
  { icon: "check", title: "Settle an argument", command: "canon", values: { subject: "they are just friends" } },
  { icon: "question", title: "Ask a question", command: "ask", values: { question: "Was it planned from the start?" } },
];

/**
 * @param {any} store
 * @param {any} composer
 * @param {any} actions
 */
export function mountWelcome(store, composer, actions) {
  const box = document.getElementById("welcome");
  if (remembered()) return;
  const done = () => {
    box.hidden = true;
    try {
      window.localStorage.setItem(SEEN, "yes");
    } catch {
      // Without storage the welcome comes back at the next visit, which harms nobody.
    }
  };
  fill(box, h("div", { class: "welcome-head" }, h("h2", {}, "New here? Try one of these"), iconButton("close", "Hide these", done)),
    h("ul", { class: "welcome-things" }, THINGS.map((thing) => h("li", {},
      h("button", { type: "button", class: "welcome-thing", on: { click: () => composer.begin(thing.command, thing.values) } }, icon(thing.icon),
        h("span", {}, h("span", { class: "welcome-title" }, thing.title),
          h("span", { class: "welcome-command" }, `/${thing.command} `, h("em", {}, Object.values(thing.values)[0]))))))));
  store.on("snapshot", () => {
    box.hidden = remembered();
  });
  const before = actions.onsent;
  actions.onsent = (entry) => {
    before(entry);
    done();
  };
}

function remembered() {
  try {
    return window.localStorage.getItem(SEEN) === "yes";
  } catch {
    return false;
  }
}
