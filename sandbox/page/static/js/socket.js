/** The websocket to the sandbox: requests with answers, events, and coming back when the line is lost. */

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;
const ANSWER_TIMEOUT = 15000;

/** What a refused or unanswered request throws. */
class RequestError extends Error {
  /**
   * @param {string} message
   * @param {number} [code] Discord's error code, where there is one
   */
  constructor(message, code) {
    super(message);
    this.name = "RequestError";
    this.code = code;
  }
}

/** One line to the server, for the life of the page. */
export class Line {
  /**
   * @param {string} path
   * @param {{open: () => void, event: (name: string, data: any) => void, lost: (seconds: number) => void}} handlers
   */
  constructor(path, handlers) {
    this.path = path;
    this.handlers = handlers;
    this.number = 0;
    this.waiting = new Map();
    this.attempts = 0;
    this.socket = null;
    this.timer = 0;
    window.addEventListener("online", () => this.retry());
    this.connect();
  }

  /** Opens the socket; closes of it lead to another attempt. */
  connect() {
    window.clearTimeout(this.timer);
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${window.location.host}${this.path}`);
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.attempts = 0;
      this.handlers.open();
    });
    socket.addEventListener("message", (event) => this.receive(event.data));
    socket.addEventListener("close", () => {
      if (this.socket === socket) this.dropped();
    });
  }

  /** Tries at once instead of waiting for the timer. */
  retry() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    this.connect();
  }

  /** Fails what was under way and plans the next attempt: half a second, doubling, at most eight. */
  dropped() {
    for (const { reject, timer } of this.waiting.values()) {
      window.clearTimeout(timer);
      reject(new RequestError("The connection to the demo server was lost."));
    }
    this.waiting.clear();
    const wait = Math.min(FIRST_WAIT * 2 ** this.attempts, LONGEST_WAIT);
    this.attempts += 1;
    this.timer = window.setTimeout(() => this.connect(), wait);
    this.handlers.lost(wait / 1000);
  }

  /**
   * @param {string} text one frame from the server
   */
  receive(text) {
    const frame = JSON.parse(text);
    if (frame.t) {
      this.handlers.event(frame.t, frame.d);
      return;
    }
    const request = this.waiting.get(frame.re);
    if (!request) return;
    this.waiting.delete(frame.re);
    window.clearTimeout(request.timer);
    if (frame.ok) request.resolve(frame.d);
    else request.reject(new RequestError(frame.error.message, frame.error.code));
  }

  /**
   * Sends an operation and waits for its answer.
   * @param {string} op
   * @param {Record<string, any>} [data]
   * @param {number} [patience] milliseconds after which there is no answer any more
   * @returns {Promise<any>}
   */
  ask(op, data = {}, patience = ANSWER_TIMEOUT) {
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new RequestError("There's no connection to the demo server right now."));
    }
    this.number += 1;
    const number = this.number;
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => {
        this.waiting.delete(number);
        reject(new RequestError("The demo server didn't answer."));
      }, patience);
      this.waiting.set(number, { resolve, reject, timer });
      this.socket.send(JSON.stringify({ op, n: number, d: data }));
    });
  }
}
