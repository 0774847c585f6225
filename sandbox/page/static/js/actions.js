/** What people can do: every request to the sandbox that is not about the page itself. */
import { announce } from "./dom.js";
import { entries } from "./composer/commands.js";
import { openModal } from "./dialogs/modal.js";
import { toast } from "./views/toast.js";

/** A little longer than Discord waits: the sandbox says so itself after three seconds. */
const SAFETY = 4500;
/** The clock goes on hour by hour and gives the bot the time to post: over a week that takes as long as the bot needs. */
const CLOCK_PATIENCE = 120000;

/** The actions of one person. */
export class Actions {
  /**
   * @param {any} store
   * @param {import("./socket.js").Line} line
   */
  constructor(store, line) {
    this.store = store;
    this.line = line;
    this.known = new Map();
    this.startReply = () => {};
    this.onsent = () => {};
  }

  /** A name for one doing of ours that its answers will carry. */
  nonce() {
    return crypto.randomUUID();
  }

  /** @param {string} channelId @returns {Promise<any[]>} entries of typed commands */
  async commands(channelId) {
    try {
      const { commands } = await this.line.ask("commands", { channel_id: channelId });
      this.known.set(channelId, commands);
    } catch {
      // Without a connection the last list still serves for looking.
    }
    return entries(this.known.get(channelId) ?? [], 1);
  }

  /** Commands for the menu of a message. */
  messageCommands() {
    return entries(this.known.get(this.store.place) ?? [], 3);
  }

  /** @param {any} entry @param {any[]} options @returns {Promise<Array<{name: string, value: any}>>} */
  async complete(entry, options) {
    const answer = await this.line.ask("complete", { channel_id: this.store.place, command_id: entry.id, options });
    return answer.choices;
  }

  /** @param {any} entry @param {any[]} options @param {string} label @param {string} [target] a message's id */
  async invoke(entry, options, label, target) {
    const nonce = this.nonce();
    const place = this.store.place;
    this.store.addPending(nonce, { channel_id: place, label });
    this.onsent(entry);
    await this.begin(nonce, "invoke", { channel_id: place, command_id: entry.id, type: entry.type, options, target_id: target });
  }

  /** @param {any} message @param {string} customId */
  press(message, customId) {
    return this.component("press", message, customId, {});
  }

  /** @param {any} message @param {string} customId @param {string[]} values */
  choose(message, customId, values) {
    return this.component("choose", message, customId, { values });
  }

  async component(op, message, customId, data) {
    const nonce = this.nonce();
    this.store.settle((entry) => entry.message_id === message.id);
    this.store.addPending(nonce, { channel_id: message.channel_id, message_id: message.id, custom_id: customId });
    await this.begin(nonce, op, { channel_id: message.channel_id, message_id: message.id, custom_id: customId, ...data });
  }

  /** @param {string} interactionId @param {string} customId @param {any[]} components as Discord's modal submit has them */
  async submit(interactionId, customId, components) {
    const nonce = this.nonce();
    this.store.addPending(nonce, { channel_id: this.store.place, label: "a form" });
    await this.begin(nonce, "submit", { interaction_id: interactionId, custom_id: customId, components });
  }

  /** Sends an interaction; its end is told by an `interaction` event, a refusal by the answer. */
  async begin(nonce, op, data) {
    try {
      const { interaction_id: id } = await this.line.ask(op, { nonce, ...data });
      this.store.changePending(nonce, { interaction_id: id });
      window.setTimeout(() => this.failed(nonce), SAFETY);
    } catch (error) {
      this.store.changePending(nonce, { state: "failed", reason: error.message });
      announce(error.message);
    }
  }

  /** @param {string} nonce */
  failed(nonce) {
    const entry = this.store.pending.get(nonce);
    if (entry?.state !== "sending") return;
    const reason = entry.message_id ? "This interaction failed" : "The application did not respond";
    this.store.changePending(nonce, { state: "failed", reason });
  }

  /** An `interaction` event. @param {{nonce: string, interaction_id: string, state: string, modal?: any}} event */
  interaction(event) {
    if (event.state === "failed") {
      this.failed(event.nonce);
      return;
    }
    this.store.settle((entry) => entry.nonce === event.nonce);
    if (event.state === "modal") openModal(event.modal, event.interaction_id, this.store, this);
  }

  /** @param {string} nonce */
  forget(nonce) {
    this.store.settle((entry) => entry.nonce === nonce);
  }

  /** @param {string} content @param {string} [replyTo] */
  say(content, replyTo) {
    return this.line.ask("say", { channel_id: this.store.place, content, reply_to: replyTo });
  }

  /** @param {any} message an ephemeral one */
  async dismiss(message) {
    this.store.applyMessage({ action: "delete", channel_id: message.channel_id, message_id: message.id });
    await this.line.ask("dismiss", { message_id: message.id }).catch(() => {});
  }

  /** @param {string} channelId */
  async history(channelId) {
    const { messages } = await this.line.ask("history", { channel_id: channelId });
    this.store.setHistory(channelId, messages);
  }

  /** @param {string} messageId @returns {Promise<any>} */
  journal(messageId) {
    return this.line.ask("journal", { message_id: messageId });
  }

  /** The clock and the faults. @param {string} op @param {Record<string, any>} data @returns {Promise<any>} */
  async demo(op, data) {
    try {
      return await this.line.ask(op, data, op === "clock" ? CLOCK_PATIENCE : undefined);
    } catch (error) {
      toast(error.message, true);
      return null;
    }
  }
}
