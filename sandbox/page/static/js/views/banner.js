/** The strip that says that the connection is lost, or that the bot is away. */
import { announce, fill, h, icon } from "../dom.js";

/** What there is to say of a bot that is not there. */
function away(bot) {
  if (typeof bot.learning === "number") return `The bot is learning… ${bot.learning} %`;
  if (bot.met) return "The bot isn't connected right now.";
  return "The bot is starting. The very first start takes a minute or two, while it reads its announcement.";
}

/**
 * @param {any} store
 * @param {import("../socket.js").Line} line
 */
export function mountBanner(store, line) {
  const strip = document.getElementById("banner");
  let until = 0;
  let timer = 0;

  const draw = () => {
    window.clearInterval(timer);
    document.body.classList.toggle("is-offline", store.connection === "lost");
    if (store.connection === "lost") {
      const left = h("span", {}, "");
      const count = () => {
        const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
        left.textContent = seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again…";
      };
      count();
      timer = window.setInterval(count, 500);
      strip.className = "banner is-lost";
      fill(strip, icon("warn"), h("span", {}, "The connection to the demo server was lost. ", left),
        h("button", { type: "button", class: "link-button", on: { click: () => line.retry() } }, "Try now"));
      strip.hidden = false;
    } else if (store.connection === "online" && !store.bot.online) {
      strip.className = "banner is-away";
      fill(strip, icon(store.bot.met ? "warn" : "clock"), away(store.bot));
      strip.hidden = false;
    } else {
      strip.hidden = true;
    }
  };
  store.on("connection", (seconds) => {
    if (seconds) until = Date.now() + seconds * 1000;
    if (store.connection === "online" && document.body.classList.contains("is-offline")) announce("The connection is back.");
    draw();
  });
  store.on("bot", draw);
}
