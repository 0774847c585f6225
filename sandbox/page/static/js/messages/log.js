/** The messages of the channel on show: kept in step with the store, scrolled to the newest, walked by arrow keys. */
import { h } from "../dom.js";
import { refreshTimes } from "../markdown/render.js";
import { CLOSED, floatsBeside } from "../popover.js";
import { absolute } from "../time.js";
import { channelStart } from "../views/start.js";
import { renderMessage } from "./message.js";
import { renderPending } from "./pending.js";

/** Messages of one author that follow within this time stand under one header. */
const TOGETHER = 7 * 60 * 1000;
const NEAR_THE_END = 80;

/** The log. */
export class Log {
  /**
   * @param {HTMLElement} element the scrolling region
   * @param {any} store
   * @param {any} actions
   * @param {(message: any, anchor: any, back: HTMLElement) => void} open opens the menu of a message
   */
  constructor(element, store, actions, open) {
    this.element = element;
    this.store = store;
    this.actions = actions;
    this.open = open;
    this.start = h("div", { class: "log-start" });
    this.list = h("div", { class: "log-list", role: "log", "aria-label": "Messages", "aria-live": "polite" });
    this.waiting = h("div", { class: "log-pending" });
    this.newer = h("button", { type: "button", class: "log-newer", hidden: true, on: { click: () => this.toEnd() } });
    element.append(this.start, this.list, this.waiting);
    element.after(this.newer);
    this.drawn = new Map();
    this.stuck = true;
    this.unseen = 0;
    this.known = new Set();
    element.addEventListener("scroll", () => {
      this.stuck = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_THE_END;
      if (this.stuck) this.seen();
    }, { passive: true });
    element.addEventListener("keydown", (event) => this.key(event));
    // Pictures arrive later and make the list longer.
    new ResizeObserver(() => this.stick()).observe(this.list);
    new ResizeObserver(() => this.stick()).observe(element);
    store.on("place", () => this.reset());
    store.on("messages", (detail) => {
      if (detail?.reset) {
        this.reset();
        return;
      }
      if (detail?.action === "create") this.arrived(store.message(detail.id));
      this.update();
    });
    store.on("pending", () => {
      this.followOwn();
      this.update();
    });
    store.on("bot", () => this.update());
    store.on("world", () => this.update(true));
    store.on("clock", () => this.tick());
    document.addEventListener(CLOSED, () => this.update());
    window.setInterval(() => this.tick(), 10000);
  }

  /** Another channel, or its history anew. */
  reset() {
    this.drawn.clear();
    this.list.replaceChildren();
    this.stuck = true;
    this.seen();
    this.start.replaceChildren(channelStart(this.store));
    this.update();
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** @param {boolean} [names] whether names may have changed, so that everything is drawn anew */
  update(names = false) {
    if (names) {
      this.drawn.clear();
      this.start.replaceChildren(channelStart(this.store));
    }
    const held = this.focused();
    const messages = this.store.messages.get(this.store.place) ?? [];
    const wanted = [];
    let before = null;
    for (const message of messages) {
      const day = new Date(message.timestamp).toDateString();
      if (!before || new Date(before.timestamp).toDateString() !== day) wanted.push(this.divider(message, day));
      wanted.push(this.element_of(message, continues(message, before)));
      before = message;
    }
    this.reconcile(wanted);
    this.waiting.replaceChildren(...[...this.store.pending.values()]
      .filter((entry) => entry.channel_id === this.store.place && !entry.message_id)
      .map((entry) => renderPending(entry, this.store, this.actions)));
    this.rove();
    this.restore(held);
    this.stick();
  }

  /** @param {any} message @param {string} day */
  divider(message, day) {
    const key = `day-${day}`;
    if (!this.drawn.has(key)) {
      const shown = absolute(Date.parse(message.timestamp), "D");
      this.drawn.set(key, { element: h("div", { class: "day", role: "separator", "aria-label": shown }, h("span", {}, shown)) });
    }
    return this.drawn.get(key).element;
  }

  /** The drawn message, drawn anew when something about it has changed. */
  element_of(message, following) {
    const states = [...this.store.pending.values()].filter((entry) => entry.message_id === message.id)
      .map((entry) => `${entry.custom_id}:${entry.state}:${entry.reason ?? ""}`).join();
    const old = this.drawn.get(message.id);
    if (old && old.message === message && old.following === following && old.states === states) return old.element;
    // Somebody is choosing in it: what has changed is drawn when they are done.
    if (old && floatsBeside(old.element)) return old.element;
    const element = renderMessage(message, { store: this.store, actions: this.actions, continues: following, open: this.open });
    this.drawn.set(message.id, { element, message, following, states });
    return element;
  }

  /** Moves as few nodes as it can, so that screen readers hear only what is new. */
  reconcile(wanted) {
    const keep = new Set(wanted);
    for (const child of [...this.list.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((element, index) => {
      if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
    });
  }

  /** Which control of which message has the focus, to find it again after redrawing. */
  focused() {
    const active = document.activeElement;
    const article = active?.closest?.(".message");
    if (!article || !this.list.contains(article)) return null;
    return { id: article.id, customId: active.dataset.customId, index: controls(article).indexOf(active) };
  }

  /** @param {{id: string, customId?: string, index: number} | null} held */
  restore(held) {
    if (!held || document.activeElement !== document.body) return;
    const article = document.getElementById(held.id);
    const same = held.customId && article?.querySelector(`[data-custom-id="${CSS.escape(held.customId)}"]:not(:disabled)`);
    // A bot's buttons may carry its state in their ids, so that after an answer only the place is the same.
    const there = article && controls(article)[held.index];
    (same || (there?.disabled ? null : there) || article)?.focus({ preventScroll: true });
  }

  /** One message can be reached with Tab: the newest, or the one that had the focus. */
  rove() {
    const articles = [...this.list.querySelectorAll(".message")];
    const current = articles.find((article) => article.contains(document.activeElement)) ?? articles.at(-1);
    for (const article of articles) article.tabIndex = article === current ? 0 : -1;
  }

  /** Stays at the newest message unless the reader has scrolled up. */
  stick() {
    if (this.stuck) this.element.scrollTop = this.element.scrollHeight;
  }

  /** Whoever has just sent something wants to see what becomes of it, wherever they had scrolled to. */
  followOwn() {
    const waiting = [...this.store.pending.values()].filter((entry) => entry.channel_id === this.store.place && !entry.message_id);
    if (waiting.some((entry) => !this.known.has(entry.nonce))) this.toEnd();
    this.known = new Set(waiting.map((entry) => entry.nonce));
  }

  /** A new message: one's own, or the answer to one's own, comes into view; others are counted while one reads above. */
  arrived(message) {
    const me = this.store.me.id;
    if (message.author.id === me || message.interaction?.user.id === me || message.interaction_metadata?.user?.id === me) {
      this.toEnd();
    } else if (!this.stuck) {
      this.unseen += 1;
      this.newer.textContent = this.unseen === 1 ? "1 new message" : `${this.unseen} new messages`;
      this.newer.hidden = false;
    }
  }

  /** Back to the newest message, and stay there. */
  toEnd() {
    const held = document.activeElement === this.newer;
    this.stuck = true;
    this.seen();
    this.stick();
    if (held) this.focusLast();
  }

  /** Nothing is new any more. */
  seen() {
    this.unseen = 0;
    this.newer.hidden = true;
  }

  /** Relative times. */
  tick() {
    refreshTimes(this.element, () => this.store.now());
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const article = event.target.closest(".message");
    if (!article || event.target !== article) return;
    const all = [...this.list.querySelectorAll(".message")];
    const at = all.indexOf(article);
    const to = { ArrowUp: all[at - 1], ArrowDown: all[at + 1], Home: all[0], End: all.at(-1) }[event.key];
    if (to) {
      event.preventDefault();
      article.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    } else if (event.key === "Enter" || (event.key === "F10" && event.shiftKey)) {
      event.preventDefault();
      this.open(this.store.message(article.dataset.messageId), article, article);
    }
  }

  /** Puts the focus on the newest message. */
  focusLast() {
    const last = [...this.list.querySelectorAll(".message")].at(-1);
    last?.focus();
    return Boolean(last);
  }
}

/** What can have the focus inside a message, in order. */
function controls(article) {
  return [...article.querySelectorAll("button, a, summary, [role=button]")];
}

function continues(message, before) {
  return Boolean(before) && before.author.id === message.author.id && !message.message_reference && !message.interaction
    && Boolean(before.flags & 64) === Boolean(message.flags & 64)
    && Date.parse(message.timestamp) - Date.parse(before.timestamp) < TOGETHER
    && new Date(message.timestamp).toDateString() === new Date(before.timestamp).toDateString();
}
