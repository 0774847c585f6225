/** The page put together: one store, one line to the server, and the views. */
import { Actions } from "./actions.js";
import { Composer } from "./composer/composer.js";
import { inspect } from "./dialogs/inspector.js";
import { icon } from "./dom.js";
import { openMenu } from "./menu.js";
import { Log } from "./messages/log.js";
import { Line } from "./socket.js";
import { EPHEMERAL, FORUM, Store } from "./store.js";
import { mountBanner } from "./views/banner.js";
import { mountDemo } from "./views/demo.js";
import { Drawers } from "./views/drawers.js";
import { mountHead, mountPeople } from "./views/people.js";
import { mountPlaces } from "./views/places.js";
import { toast } from "./views/toast.js";
import { Week } from "./views/week.js";
import { mountWelcome } from "./views/welcome.js";

const PERSON = "canonkeeper-demo-person";

const store = new Store();
const drawers = new Drawers();
const line = new Line("/demo/socket", {
  open: () => hello(remembered()),
  event: (name, data) => EVENTS[name]?.(data),
  lost: (seconds) => store.setConnection("lost", seconds),
});
const actions = new Actions(store, line);

const EVENTS = {
  message: (data) => store.applyMessage(data),
  interaction: (data) => actions.interaction(data),
  world: (data) => {
    if (store.loadWorld(data)) store.tell("place");
  },
  people: (data) => {
    store.people = data.people;
    store.tell("world");
  },
  clock: (data) => store.setClock(data),
  bot: (data) => store.setBot(data),
};

/** Says who this browser is; the server chooses somebody who is not here yet when it does not know. */
async function hello(person) {
  try {
    const snapshot = await line.ask("hello", { person });
    remember(snapshot.me.name);
    store.setConnection("online");
    store.load(snapshot);
  } catch (error) {
    toast(error.message, true);
  }
}

/** The address may name a person (`?as=Mina`), else this tab remembers who it was. */
function remembered() {
  const named = new URLSearchParams(window.location.search).get("as");
  try {
    return window.sessionStorage.getItem(PERSON) ?? named;
  } catch {
    return named;
  }
}

function remember(name) {
  try {
    window.sessionStorage.setItem(PERSON, name);
  } catch {
    // A browser without storage asks again after a reload.
  }
}

/** The menu of a message: the bot's commands on messages, replying, and the inspector. */
function messageMenu(message, anchor, back) {
  const ephemeral = Boolean(message.flags & EPHEMERAL);
  const items = [];
  if (!ephemeral) items.push({ label: "Reply", icon: icon("reply"), run: () => actions.startReply(message) });
  items.push({ label: "Show JSON", icon: icon("code"), run: () => inspect(message, actions) });
  if (!ephemeral) {
    for (const entry of actions.messageCommands()) {
      items.push({ group: "Apps", label: entry.name, icon: icon("book"), run: () => actions.invoke(entry, [], entry.name, message.id) });
    }
  } else {
    items.push({ label: "Dismiss message", icon: icon("close"), run: () => actions.dismiss(message) });
  }
  openMenu(anchor, "Message actions", items, back);
}

const log = new Log(document.getElementById("log"), store, actions, messageMenu);
const composer = new Composer(document.getElementById("composer"), store, actions, { up: () => log.focusLast() });
actions.startReply = (message) => composer.setReply(message);

store.on("place", () => {
  if (store.place && store.connection === "online" && store.channel?.type !== FORUM) {
    actions.history(store.place).catch((error) => toast(error.message, true));
  }
});

mountPlaces(store, {
  go: (id) => {
    store.go(id);
    if (drawers.open) drawers.close();
  },
  actAs: (person) => hello(person.name),
});
mountPeople(store);
drawers.attach(mountHead(store, (door) => drawers.toggle(door)));
mountDemo(store, actions);
mountWelcome(store, composer, actions, new Week(store, composer, actions, (person) => hello(person.name)));
mountBanner(store, line);

document.addEventListener("keydown", (event) => {
  // Esc anywhere among the messages leads back to the composer, and Ctrl+K or / from nowhere too.
  const nowhere = document.activeElement === document.body || document.activeElement?.closest("#log");
  if (nowhere && (event.key === "Escape" || (event.key === "/" && !event.ctrlKey && !event.metaKey)) && !event.defaultPrevented) {
    event.preventDefault();
    composer.text.focus();
    if (event.key === "/" && !composer.text.value && !composer.form) composer.start("/");
  }
});
