/** The panel 'Demo': the clock that can be moved, and things that go wrong on demand. */
import { fill, h, icon } from "../dom.js";
import { absolute } from "../time.js";
import { toast } from "./toast.js";

/** How far the demo's time is from this computer's before it is worth saying. */
const NOTABLE = 90;

/**
 * @param {any} store
 * @param {any} actions
 */
export function mountDemo(store, actions) {
  const box = document.getElementById("demo");
  const time = h("div", { class: "demo-time" });
  const note = h("div", { class: "demo-note" });
  const clocks = [
    ["To the next daily post", { to: "next-daily" }],
    ["+1 day", { to: "+1d" }],
    ["Over the next clock change", { to: "next-change", zone: Intl.DateTimeFormat().resolvedOptions().timeZone }],
  ].map(([label, data]) => h("button", { type: "button", class: "demo-button", on: { click: (event) => move(event.currentTarget, data) } }, label));
  const faults = h("div", { class: "demo-buttons" });
  fill(box, h("h2", {}, "Demo"),
    h("h3", {}, icon("clock"), "Time"), time, note, h("div", { class: "demo-buttons" }, clocks),
    h("h3", {}, icon("bolt"), "What if…"), faults);

  const tick = () => {
    const now = store.now();
    time.textContent = `${absolute(now, "F")}`;
    const away = Math.round(store.clockOffset / 1000);
    note.textContent = Math.abs(away) < NOTABLE ? "The real time." : `${distance(away)} the real time.`;
  };
  const draw = () => {
    const channel = store.channel;
    const inServer = Boolean(channel?.guild_id);
    const muted = channel?.bot_can_send === false;
    fill(faults,
      fault("Discord is down for 10 s", { kind: "outage", seconds: 10 }),
      inServer && (muted ? fault("Give the bot's permission back", { kind: "allow-posting", channel_id: channel.id })
        : fault("Take away the bot's permission to post here", { kind: "deny-posting", channel_id: channel.id })),
      inServer && fault("Delete this channel", { kind: "delete-channel", channel_id: channel.id }, `Delete #${channel.name}? Press again`),
      store.bot.can_restart && fault("Restart the bot", { kind: "restart-bot" }));
  };
  for (const topic of ["snapshot", "place", "world", "bot"]) store.on(topic, draw);
  store.on("clock", tick);
  window.setInterval(tick, 1000);
  tick();

  /** Moving takes a moment: the bot is given the time to post on the way. */
  async function move(button, data) {
    for (const one of clocks) one.disabled = true;
    button.classList.add("is-busy");
    const answer = await actions.demo("clock", data);
    button.classList.remove("is-busy");
    for (const one of clocks) one.disabled = false;
    button.focus();
    if (answer?.said) toast(answer.said);
  }

  /** @param {string} label @param {any} data @param {string} [question] asked before it is done */
  function fault(label, data, question) {
    let sure = !question;
    const button = h("button", { type: "button", class: "demo-button is-fault", on: { click: async () => {
      if (!sure) {
        sure = true;
        button.textContent = question;
        return;
      }
      const answer = await actions.demo("fault", data);
      if (answer?.said) toast(answer.said);
    } } }, label);
    return button;
  }
}

/** 'Two days ahead of' in words and numbers. */
function distance(seconds) {
  const size = Math.abs(seconds);
  const days = Math.floor(size / 86400);
  const hours = Math.floor((size % 86400) / 3600);
  const minutes = Math.floor((size % 3600) / 60);
  const parts = [days && `${days} d`, hours && `${hours} h`, !days && minutes && `${minutes} min`].filter(Boolean);
  return `${parts.join(" ")} ${seconds > 0 ? "ahead of" : "behind"}`;
}
