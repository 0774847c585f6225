/** Pictures and files that the bot sent, with their alt text. */
import { h, icon } from "../dom.js";
import { lightbox } from "../dialogs/lightbox.js";
import { covered } from "./cover.js";

/**
 * The address to load: the sandbox's own files come from this page's own origin, whatever name the
 * browser knows it by (localhost, 127.0.0.1); anything else stays as it is and the policy of the page refuses it.
 * @param {string} address
 * @returns {string}
 */
function localised(address) {
  try {
    const url = new URL(address, window.location.href);
    return /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname) ? url.pathname + url.search : address;
  } catch {
    return "";
  }
}

/** An `attachment://name` reference leads to the message's file of that name. */
function resolved(media, message) {
  const name = /^attachment:\/\/(.+)$/.exec(media?.url ?? "")?.[1];
  if (!name) return media ?? {};
  return message.attachments?.find((one) => one.filename === name) ?? media;
}

/**
 * A picture that opens large when pressed.
 * @param {{url: string, width?: number, height?: number}} media
 * @param {string | null | undefined} description
 * @param {boolean} spoiler
 */
export function picture(media, description, spoiler = false) {
  const image = h("img", { src: localised(media.url), alt: description ?? "", loading: "lazy",
    width: media.width, height: media.height });
  const open = h("button", { type: "button", class: "c-picture", "aria-label": description ? `Enlarge: ${description}` : "Enlarge the picture",
    on: { click: () => lightbox(localised(media.url), description ?? "") } }, image);
  const tagged = h("div", { class: "c-picture-box" }, open, description && altText(description));
  return spoiler ? covered([tagged]) : tagged;
}

/** The alt text for those who see the picture, too: below it, since on it a badge covers what the picture shows. */
function altText(description) {
  return h("details", { class: "alt" }, h("summary", { class: "alt-tag" }, "ALT", h("span", { class: "only-heard" }, ", the picture's description")),
    h("p", { class: "alt-text" }, description));
}

/** @param {any} one @param {import("./context.js").Context} context */
export function thumbnail(one, context) {
  return h("div", { class: "c-thumbnail" }, picture(resolved(one.media, context.message), one.description, one.spoiler));
}

/** @param {any} one @param {import("./context.js").Context} context */
export function gallery(one, context) {
  const items = one.items ?? [];
  return h("div", { class: `c-gallery count-${Math.min(items.length, 4)}` },
    items.map((item) => picture(resolved(item.media, context.message), item.description, item.spoiler)));
}

/** @param {any} one @param {import("./context.js").Context} context */
export function file(one, context) {
  const media = resolved(one.file, context.message);
  return attachment({ ...media, filename: one.name ?? media.filename ?? media.url.split("/").at(-1), size: one.size ?? media.size });
}

/**
 * A file to download, or a picture where it is one.
 * @param {any} one an attachment of a message
 */
export function attachment(one) {
  if (one.content_type?.startsWith("image/")) return h("div", { class: "c-gallery count-1" }, picture(one, one.description));
  return h("a", { class: "c-file", href: localised(one.url), download: one.filename }, icon("file"),
    h("span", {}, h("span", { class: "c-file-name" }, one.filename),
      Number.isFinite(one.size) && h("span", { class: "c-file-size" }, `${Math.max(1, Math.round(one.size / 1024))} KB`)));
}
