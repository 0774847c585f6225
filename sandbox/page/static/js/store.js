/**
 * What this browser knows of the sandbox. Views subscribe to topics; only the
 * functions here change the state, and each says afterwards what it changed.
 */

/** Message flags, as Discord numbers them. */
export const EPHEMERAL = 1 << 6;
export const LOADING = 1 << 7;
/** The type of a channel that holds posts and no messages of its own, as Discord numbers it. */
export const FORUM = 15;

const later = (a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

/** The state and those who listen to it. */
export class Store {
  constructor() {
    this.connection = "connecting";
    this.me = null;
    this.bot = { online: false, user: null };
    this.people = [];
    this.guilds = [];
    this.dm = null;
    this.place = null;
    this.channels = new Map();
    this.messages = new Map();
    this.pending = new Map();
    this.unread = new Set();
    this.clockOffset = 0;
    this.clock = {};
    this.listeners = new Map();
  }

  /**
   * @param {string} topic snapshot, place, messages, pending, world, clock, bot, connection, begin, toured
   * @param {(detail?: any) => void} listener
   */
  on(topic, listener) {
    const all = this.listeners.get(topic) ?? [];
    all.push(listener);
    this.listeners.set(topic, all);
  }

  /**
   * @param {string} topic
   * @param {any} [detail]
   */
  tell(topic, detail) {
    for (const listener of this.listeners.get(topic) ?? []) listener(detail);
  }

  /** The demo's time in milliseconds, by the server's clock and not by this computer's. */
  now() {
    return Date.now() + this.clockOffset;
  }

  /** @param {any} snapshot the answer to `hello` */
  load(snapshot) {
    this.me = snapshot.me;
    this.people = snapshot.people;
    this.things = snapshot.things;
    this.bot = snapshot.bot;
    this.messages.clear();
    this.pending.clear();
    this.loadWorld(snapshot);
    this.setClock(snapshot.clock);
    this.tell("snapshot");
    this.tell("bot");
    this.tell("place");
  }

  /**
   * @param {{guilds: any[], dm: any}} world servers, channels, roles and members as they are now
   * @returns {boolean} whether the channel on show is gone and another one took its place
   */
  loadWorld(world) {
    const server = this.channel?.guild_id;
    this.guilds = world.guilds;
    this.dm = world.dm;
    this.channels.clear();
    for (const guild of this.guilds) {
      for (const channel of guild.channels) this.channels.set(channel.id, { ...channel, guild_id: guild.id });
    }
    if (this.dm) this.channels.set(this.dm.id, this.dm);
    const gone = !this.channels.has(this.place);
    if (gone) this.place = this.firstPlace(server);
    this.tell("world");
    return gone;
  }

  /**
   * Where a person lands who has not chosen anything, or whose channel was deleted: there, bots tell of it.
   * @param {string} [server] the id of the server to stay in
   */
  firstPlace(server) {
    const guild = this.guilds.find((one) => one.id === server) ?? this.guilds[0];
    const texts = guild?.channels.filter((channel) => channel.type === 0 && channel.can_view !== false) ?? [];
    const first = texts.find((channel) => channel.id === guild.system_channel_id) ?? texts.find((channel) => channel.bot_can_send) ?? texts[0];
    return first?.id ?? this.dm?.id ?? null;
  }

  /** @param {string} channelId */
  go(channelId) {
    if (!this.channels.has(channelId)) return;
    this.place = channelId;
    this.unread.delete(channelId);
    this.tell("place");
  }

  /** Asks for a command to be filled in. @param {string} command its name, as its mentions have it */
  begin(command) {
    this.tell("begin", command);
  }

  /** The channel on show. */
  get channel() {
    return this.channels.get(this.place) ?? null;
  }

  /** The server on show, or null in a direct message. */
  get guild() {
    const id = this.channel?.guild_id;
    return this.guilds.find((guild) => guild.id === id) ?? null;
  }

  /** @param {{now: number}} clock */
  setClock(clock) {
    this.clock = clock;
    this.clockOffset = clock.now * 1000 - Date.now();
    this.tell("clock");
  }

  /** @param {any} change */
  setBot(change) {
    this.bot = { ...this.bot, ...change };
    this.tell("bot");
  }

  /** @param {string} state connecting, online or lost  @param {number} [seconds] until the next attempt */
  setConnection(state, seconds) {
    this.connection = state;
    this.tell("connection", seconds);
  }

  /** @param {string} channelId @param {any[]} list newest last */
  setHistory(channelId, list) {
    this.messages.set(channelId, [...list].sort(later));
    if (channelId === this.place) this.tell("messages", { reset: true });
  }

  /**
   * Applies one message event.
   * @param {{action: string, channel_id: string, message?: any, message_id?: string}} event
   */
  applyMessage(event) {
    const list = this.messages.get(event.channel_id) ?? [];
    const id = event.message?.id ?? event.message_id;
    const at = list.findIndex((message) => message.id === id);
    if (event.action === "delete") {
      if (at >= 0) list.splice(at, 1);
    } else if (at >= 0) {
      list[at] = event.message;
    } else {
      list.push(event.message);
      list.sort(later);
      if (event.channel_id !== this.place) this.unread.add(event.channel_id);
    }
    this.messages.set(event.channel_id, list);
    const of = event.message?.interaction_metadata?.id;
    if (of && event.action === "create") this.settle((entry) => entry.interaction_id === of && !entry.message_id);
    this.tell(event.channel_id === this.place ? "messages" : "world", { id, action: event.action });
  }

  /** @param {string} id @returns {any} a message that this browser has seen */
  message(id) {
    for (const list of this.messages.values()) {
      const found = list.find((message) => message.id === id);
      if (found) return found;
    }
    return null;
  }

  /**
   * Remembers a command or press that waits for its answer.
   * @param {string} nonce
   * @param {any} entry
   */
  addPending(nonce, entry) {
    this.pending.set(nonce, { nonce, state: "sending", ...entry });
    this.tell("pending");
  }

  /** @param {string} nonce @param {any} change */
  changePending(nonce, change) {
    const entry = this.pending.get(nonce);
    if (!entry) return;
    this.pending.set(nonce, { ...entry, ...change });
    this.tell("pending");
  }

  /** @param {(entry: any) => boolean} matches those that have their answer */
  settle(matches) {
    let changed = false;
    for (const [nonce, entry] of this.pending) {
      if (!matches(entry)) continue;
      this.pending.delete(nonce);
      changed = true;
    }
    if (changed) this.tell("pending");
  }

  /** @param {string} id @returns {any} a user by id, the bot included */
  user(id) {
    if (this.bot.user?.id === id) return this.bot.user;
    return this.people.find((person) => person.id === id) ?? null;
  }

  /** @param {string} id @returns {any} a role of any server */
  role(id) {
    return this.guilds.flatMap((guild) => guild.roles).find((role) => role.id === id) ?? null;
  }
}
