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
    ["Jump to the next daily post", { to: "next-daily" }],
    ["+1 day", { to: "+1d" }],
    ["Jump past the next clock change", { to: "next-change", zone: Intl.DateTimeFormat().resolvedOptions().timeZone }],
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
    fill(faults, inChannel(), inServer(), atDiscord(), withBot());
  };

  /** @param {string} title @param {any[]} buttons */
  function group(title, buttons) {
    const shown = buttons.filter(Boolean);
    return shown.length > 0 && h("div", { class: "demo-group", role: "group", "aria-label": title }, h("h4", {}, title), shown);
  }

  function inChannel() {
    const channel = store.channel;
    const bot = store.guild?.bot;
    if (!channel?.guild_id) return false;
    const muted = channel.bot_can_send === false;
    const permission = muted
      ? fault("Give the bot its permission back", { kind: "allow-posting", channel_id: channel.id })
      : fault("Take away the bot's permission to post here", { kind: "deny-posting", channel_id: channel.id });
    return group("In this channel", [
      bot?.here && !bot.timed_out && permission,
      fault("Delete this channel", { kind: "delete-channel", channel_id: channel.id }, `Delete #${channel.name}? Press again`),
    ]);
  }

  function inServer() {
    const bot = store.guild?.bot;
    const channel = store.channel;
    if (!bot || !channel) return false;
    const server = (label, kind, question) => fault(label, { kind, channel_id: channel.id }, question);
    if (!bot.here) return group("In this server", [server("Invite the bot back", "invite-bot")]);
    return group("In this server", [
      bot.timed_out ? server("Remove the bot's timeout", "end-time-out") : server("Time the bot out for ten minutes", "time-out"),
      bot.available ? server("Take this server down", "server-down") : server("Bring this server back up", "server-up"),
      server("Remove the bot", "kick-bot", "Remove the bot? Press again"),
    ]);
  }

  function atDiscord() {
    const state = store.bot;
    return group("On Discord's side", [
      state.troubled && fault("Everything works again", { kind: "well" }),
      fault("Discord goes down for 10 s", { kind: "outage", seconds: 10 }),
      fault("The edge answers 403 for ten minutes", { kind: "edge-403" }),
      fault("The edge answers 502 for ten minutes", { kind: "edge-502" }),
      fault("Cloudflare blocks the bot for ten minutes", { kind: "blocked" }),
      fault("429 for ten minutes, with no word on when it ends", { kind: "limited" }),
      fault("Every answer takes five seconds", { kind: "slow" }),
      fault("The next post's answer is lost", { kind: "lost-answer" }),
      fault("The next post's answer breaks off", { kind: "cut-answer" }),
    ]);
  }

  function withBot() {
    const state = store.bot;
    return group("To the bot", [
      fault("It loses its session for 5 s", { kind: "lose-session" }),
      state.minutes_ahead ? fault("Set the bot's clock right", { kind: "skew", minutes: 0 })
        : fault("Its clock is ten minutes fast", { kind: "skew", minutes: 10 }),
      state.can_restart && fault("Restart the bot", { kind: "restart-bot" }),
    ]);
  }
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
