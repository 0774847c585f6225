/** The composer: plain text, the list of commands, mentions, and the form of a chosen command. */
import { h, icon, iconButton } from "../dom.js";
import { FORUM } from "../store.js";
import { avatar } from "../views/avatar.js";
import { matching, typedOut } from "./commands.js";
import { CommandForm } from "./form.js";
import { mentionAt, mentionOptions, withMentions } from "./mentions.js";
import { Panel } from "./panel.js";

const LONGEST = 2000;
/** Below this width the placeholder has room for its first half only. */
const NARROW = 480;

/** The composer at the foot of the page. */
export class Composer {
  /**
   * @param {HTMLElement} element
   * @param {any} store
   * @param {any} actions
   * @param {{up: () => boolean}} page `up`: leads the focus to the newest message
   */
  constructor(element, store, actions, page) {
    Object.assign(this, { element, store, actions, page });
    this.form = null;
    this.reply = null;
    this.commands = [];
    this.drafts = new Map();
    this.panel = new Panel(element.querySelector(".composer-panel"));
    this.replyBar = element.querySelector(".composer-reply");
    this.notice = element.querySelector(".composer-notice");
    this.box = element.querySelector(".composer-box");
    this.text = /** @type {HTMLTextAreaElement} */ (h("textarea", { class: "composer-text", rows: "1",
      "aria-autocomplete": "list", on: { input: () => this.typed(), keydown: (event) => this.key(event),
        blur: () => !this.form && this.panel.hide(), focus: () => !this.form && this.text.value && this.suggest() } }));
    this.slash = iconButton("slash", "The bot's commands", () => this.start("/"), { class: "composer-slash" });
    this.send = iconButton("send", "Send", () => (this.form ? this.form.submit() : this.submit()), { class: "composer-send" });
    this.field = h("div", { class: "composer-field" }, this.text);
    this.box.append(this.slash, this.field, this.send);
    store.on("place", () => this.arrived());
    store.on("world", () => this.describe());
    store.on("bot", () => this.load());
    store.on("begin", (command) => this.begin(command));
  }

  /** Another channel: its commands, its draft. */
  async arrived() {
    if (this.before && !this.form) this.drafts.set(this.before, this.text.value);
    this.before = this.store.place;
    this.leaveForm();
    this.setReply(null);
    this.say(null);
    this.text.value = this.drafts.get(this.store.place) ?? "";
    this.describe();
    await this.load();
  }

  /** Asks for the commands that this person may use here. */
  async load() {
    const place = this.store.place;
    if (!place) return;
    const commands = await this.actions.commands(place);
    if (place !== this.store.place) return;
    this.commands = commands;
    // Somebody who was faster than the list has their command all the same.
    if (document.activeElement === this.text && this.text.value.startsWith("/")) this.typed();
  }

  describe() {
    const channel = this.store.channel;
    const silent = channel?.can_send === false;
    const where = channel?.type === 1 ? `@${this.store.bot.user?.display_name}` : `#${channel?.name ?? ""}`;
    const hint = window.innerWidth < NARROW ? "" : ", or / for commands";
    const refusal = channel?.type === FORUM ? "Open a post to write in it." : "You don't have permission to send messages here.";
    this.text.placeholder = silent ? refusal : `Message ${where}${hint}`;
    this.text.setAttribute("aria-label", `Message ${where}`);
    for (const control of [this.text, this.slash, this.send]) control.disabled = silent || !channel;
  }

  /** @param {string} text put into the box as if typed */
  start(text) {
    this.leaveForm();
    this.text.value = text;
    this.text.focus();
    this.typed();
  }

  /**
   * Begins a command, and fills it in. One that is not registered, or not for this person here, is there as typed.
   * @param {string} name
   * @param {Record<string, string>} [values]
   */
  begin(name, values = {}) {
    if (this.text.disabled) return;
    const entry = this.commands.find((one) => one.name === name);
    if (entry) this.choose(entry, values);
    else this.start(`/${name}` + Object.values(values).map((value) => ` ${value}`).join(""));
  }

  typed() {
    this.say(null);
    const out = typedOut(this.commands, this.text.value);
    if (out) {
      const first = out.entry.options[0];
      this.choose(out.entry, out.rest && first ? { [first.name]: out.rest } : {});
      return;
    }
    this.suggest();
  }

  /** Lists commands after a slash, people and channels after @ and #. */
  suggest() {
    const value = this.text.value;
    if (/^\/[^\n]{0,64}$/.test(value)) {
      const found = matching(this.commands, value.slice(1));
      const offline = this.store.bot.online ? "No command matches." : "The bot isn't connected right now.";
      this.panel.showList(this.text, "Commands", found.map((entry) => ({ value: entry, label: `/${entry.name}`,
        description: entry.description, group: "This demo's bot", icon: avatar(this.store.bot.user, "small"),
        trailing: entry.options.filter((option) => option.required).map((option) => option.name).join("  ") })),
      { empty: offline, onchoose: (option) => this.choose(option.value) });
      return;
    }
    const mention = mentionAt(value, this.text.selectionStart);
    const options = mention ? mentionOptions(mention, this.store) : [];
    if (!options.length) {
      this.panel.hide();
      return;
    }
    this.panel.showList(this.text, "Mentions", options, { onchoose: (option) => {
      this.text.setRangeText(`${option.insert} `, mention.start, this.text.selectionStart, "end");
      this.panel.hide();
    } });
  }

  /** @param {any} entry @param {Record<string, string>} [values] */
  choose(entry, values = {}) {
    this.leaveForm();
    this.setReply(null);
    this.say(null);
    this.panel.hide();
    this.text.value = "";
    this.form = new CommandForm(entry, { store: this.store, actions: this.actions, panel: this.panel,
      onsend: (...command) => this.invoke(...command), oncancel: (text) => this.start(text) });
    this.field.replaceChildren(this.form.element);
    this.form.fillIn(values);
  }

  leaveForm() {
    if (!this.form) return;
    this.form = null;
    this.panel.hide();
    this.field.replaceChildren(this.text);
  }

  async invoke(entry, options, label) {
    this.leaveForm();
    this.text.focus();
    this.panel.hide();
    await this.actions.invoke(entry, options, label);
  }

  /** Sends what is typed. A command that was not chosen from the list is not sent as text by mistake. */
  async submit() {
    const content = this.text.value.trim();
    if (!content) return;
    if ([...content].length > LONGEST) {
      this.say(`This message has ${[...content].length} characters; at most ${LONGEST} are allowed.`);
      return;
    }
    const reply = this.reply;
    this.text.value = "";
    this.panel.hide();
    this.setReply(null);
    try {
      await this.actions.say(withMentions(content, this.store), reply?.id);
    } catch (error) {
      if (!this.text.value) this.text.value = content;
      this.say(error.message);
    }
  }

  /** @param {string | null} message what is wrong, or null */
  say(message) {
    this.notice.hidden = !message;
    this.notice.replaceChildren(...(message ? [icon("warn"), message] : []));
  }

  /** @param {any} message the one to reply to, or null */
  setReply(message) {
    this.reply = message;
    this.replyBar.hidden = !message;
    this.replyBar.replaceChildren();
    if (!message) return;
    const author = this.store.user(message.author.id) ?? message.author;
    this.replyBar.append(h("span", {}, "Replying to ", h("strong", {}, author.display_name ?? author.username)),
      iconButton("close", "Cancel the reply", () => {
        this.setReply(null);
        this.text.focus();
      }));
    this.leaveForm();
    this.text.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    const list = this.panel.list;
    if (list?.key(event)) return;
    if (event.key === "Tab" && list?.rows.length && !event.shiftKey) {
      event.preventDefault();
      list.choose(Math.max(list.active, 0));
    } else if (event.key === "Escape") {
      if (list) this.panel.hide();
      else this.setReply(null);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.text.value && this.page.up()) {
      event.preventDefault();
    }
  }
}
