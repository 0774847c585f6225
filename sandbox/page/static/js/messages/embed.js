/** Classic embeds, for what a bot may still send. */
import { h } from "../dom.js";
import { picture } from "../components/media.js";
import { hex, renderMarkdown } from "../markdown/render.js";

/**
 * @param {any} one
 * @param {any} store
 * @returns {HTMLElement}
 */
export function embed(one, store) {
  const title = one.title && h("div", { class: "embed-title" }, renderMarkdown(one.title, store));
  return h("div", { class: "c-container has-accent embed", vars: { "--accent-bar": hex(one.color) } },
    one.author?.name && h("div", { class: "embed-author" }, one.author.name),
    title && /^https?:/i.test(one.url ?? "") ? h("a", { href: one.url, target: "_blank", rel: "noopener noreferrer" }, title) : title,
    one.description && h("div", { class: "md" }, renderMarkdown(one.description, store)),
    one.fields?.length ? h("dl", { class: "embed-fields" }, one.fields.map((field) => h("div", { class: field.inline ? "is-inline" : "" },
      h("dt", {}, field.name), h("dd", { class: "md" }, renderMarkdown(field.value, store))))) : null,
    one.image?.url && picture(one.image, one.image.description),
    one.footer?.text && h("div", { class: "embed-footer" }, one.footer.text));
}
