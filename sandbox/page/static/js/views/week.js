/** A week of daily quotes in a minute: schedules one, lets the clock run from post to post, and says what happens. */
import { fill, h } from "../dom.js";
import { absolute } from "../time.js";
import { toast } from "./toast.js";

const DAYS = 7;
const DAY = 24 * 60 * 60 * 1000;
/** How long each step stands, in milliseconds: long enough to read it. */
const COMMAND_STANDS = 2500;
const ANSWER_STANDS = 5000;
const POST_STANDS = 4500;
/** How long the bot may take to answer the command. */
const PATIENCE = 8000;
const COMMAND = "daily schedule";
const TEXT_CHANNEL = 0;

/** The week, which one press starts and another one stops. */
export class Week {
  /**
   * @param {any} store
   * @param {any} composer
   * @param {any} actions
   * @param {(person: any) => Promise<void>} actAs
   */
  constructor(store, composer, actions, actAs) {
    Object.assign(this, { store, composer, actions, actAs });
    this.running = false;
    this.before = null;
    this.wake = () => {};
    this.words = h("p", { class: "week-words", role: "status" });
    this.bar = /** @type {HTMLProgressElement} */ (h("progress", { class: "week-bar", max: String(DAYS), value: "0", "aria-label": "Days of the week that have passed" }));
    this.buttons = h("div", { class: "week-buttons" });
    this.box = document.getElementById("week");
    fill(this.box, h("div", { class: "week-told" }, this.words, this.bar), this.buttons);
  }

  /** Plays the week; one that is on its way goes on. */
  async start() {
    if (this.running) return;
    if (!this.store.bot.online) {
      toast("The bot isn't connected yet. Try again in a moment.", true);
      return;
    }
    this.running = true;
    this.before ??= this.store.me;
    this.box.hidden = false;
    this.offer(button("Stop", () => this.stop()));
    const whole = await this.play();
    const stopped = !this.running;
    this.running = false;
    if (whole && !stopped) this.tell(`A week has passed: ${whole}. It goes on like this until somebody says /daily pause.`);
    else this.tell("The week was stopped. The clock stays where it is; the schedule goes on until somebody says /daily pause.");
    const back = this.before;
    this.offer(
      back.id !== this.store.me.id && button(`Be ${back.display_name} again`, async () => {
        await this.actAs(back);
        this.close();
      }),
      button("Close", () => this.close()));
  }

  /** The steps, one after the other; gives what came of it, or null when it did not come to its end. */
  async play() {
    const { store } = this;
    this.step(0, "Moderators schedule daily quotes.");
    const moderator = store.people.find((person) => person.about === "moderator");
    if (store.me.about !== "moderator" && moderator) {
      await this.actAs(moderator);
      this.step(0, `You are ${moderator.display_name} now: moderators schedule daily quotes.`);
    }
    const channel = this.channel();
    store.go(channel.id);
    await this.composer.load();
    this.composer.begin(COMMAND, { channel: channel.name, time: "9:00", timezone: Intl.DateTimeFormat().resolvedOptions().timeZone });
    // The list of values would cover what is said here, and a phone's keyboard everything.
    this.focusStop();
    await this.pause(COMMAND_STANDS);
    if (!this.running || !this.composer.form) return null;
    this.composer.form.submit();
    this.focusStop();
    if (!await this.answered()) return null;
    this.step(0, `Scheduled: a quote a day in #${channel.name}, at nine in the morning. Now the demo's clock runs ahead.`);
    await this.pause(ANSWER_STANDS);
    const posts = () => (store.messages.get(channel.id) ?? []).filter((one) => one.author.id === store.bot.user.id && !one.interaction).length;
    const already = posts();
    let first = 0;
    for (let day = 1; day <= DAYS && this.running;) {
      this.step(day - 1, `Day ${day} of ${DAYS}: the clock runs to the next post…`);
      if (!await this.actions.demo("clock", { to: "next-daily" })) return null;
      first ||= store.now();
      // With other schedules there may be several posts on a day.
      day = Math.max(Math.round((store.now() - first) / DAY) + 1, day);
      this.step(day, `Day ${day} of ${DAYS}: ${absolute(store.now(), "F")}.`);
      day += 1;
      await this.pause(POST_STANDS);
    }
    const made = posts() - already;
    return made === 1 ? "one quote" : `${made} quotes, each of them once`;
  }

  /** Where daily quotes go: a channel that is named for them, else the one on show, else the first with text. */
  channel() {
    const { store } = this;
    const guild = store.guild ?? store.guilds[0];
    const texts = guild.channels.filter((one) => one.type === TEXT_CHANNEL && one.can_view !== false && one.bot_can_send);
    return texts.find((one) => one.name.includes("daily")) ?? texts.find((one) => one.id === store.place) ?? texts[0];
  }

  /** Waits for the answer to the command; tells whether there was one. */
  async answered() {
    const until = Date.now() + PATIENCE;
    while (this.running && Date.now() < until) {
      const waiting = [...this.store.pending.values()].filter((entry) => !entry.message_id);
      if (!waiting.length) return true;
      if (waiting.some((entry) => entry.state === "failed")) return false;
      await this.pause(100);
    }
    return false;
  }

  /** @param {number} milliseconds less when it is stopped meanwhile */
  pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, milliseconds);
      this.wake = () => {
        window.clearTimeout(timer);
        resolve();
      };
    });
  }

  /** @param {number} days that have passed @param {string} words */
  step(days, words) {
    if (!this.running) return;
    this.bar.value = days;
    this.tell(words);
  }

  /** @param {string} words */
  tell(words) {
    this.words.textContent = words;
  }

  /** @param {...any} buttons in the place of those that were there; the focus stays with them */
  offer(...buttons) {
    const held = this.buttons.contains(document.activeElement);
    fill(this.buttons, buttons);
    if (held) this.buttons.querySelector("button")?.focus();
  }

  focusStop() {
    this.buttons.querySelector("button")?.focus();
  }

  /** Stops it where it is, once the clock has arrived there. */
  stop() {
    this.running = false;
    this.tell("Stopping…");
    this.wake();
  }

  close() {
    const held = this.box.contains(document.activeElement);
    this.before = null;
    this.box.hidden = true;
    this.store.tell("toured");
    if (held) this.composer.text.focus();
  }
}

function button(label, press) {
  return h("button", { type: "button", class: "c-button is-secondary", on: { click: press } }, label);
}
