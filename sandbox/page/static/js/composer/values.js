/** What may stand in a command's option, by its type; the words are those that Discord's client would use. */
import { channelOptions, peopleOptions, roleOptions } from "../components/options.js";

/** Discord's option types. */
const TYPE = { string: 3, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, attachment: 11 };

const REQUIRED = "This option is required. Specify a value.";

/**
 * The closed list of values of an option, or null where one types freely.
 * @param {any} option
 * @param {any} store
 * @returns {import("../listbox.js").Option[] | null}
 */
export function closedList(option, store) {
  if (option.choices?.length) return option.choices.map((choice) => ({ value: choice.value, label: choice.name }));
  switch (option.type) {
    case TYPE.boolean:
      return [{ value: true, label: "True" }, { value: false, label: "False" }];
    case TYPE.user:
      return peopleOptions(store);
    case TYPE.channel:
      return channelOptions(store, option.channel_types);
    case TYPE.role:
      return roleOptions(store);
    case TYPE.mentionable:
      return [...peopleOptions(store), ...roleOptions(store)];
    default:
      return null;
  }
}

/**
 * The options whose label or description has what is typed, those that begin with it first.
 * @param {import("../listbox.js").Option[]} list
 * @param {string} typed
 */
export function narrowed(list, typed) {
  const wanted = typed.trim().toLowerCase().replace(/^[#@]/, "");
  const plain = (option) => option.label.toLowerCase().replace(/^[#@]/, "");
  return list.filter((option) => plain(option).includes(wanted) || option.description?.toLowerCase().includes(wanted))
    .sort((a, b) => Number(!plain(a).startsWith(wanted)) - Number(!plain(b).startsWith(wanted)));
}

/**
 * Reads what stands in a chip.
 * @param {any} option
 * @param {string} text
 * @param {import("../listbox.js").Option | null} picked what was chosen from a list, when the text is still its label
 * @param {any} store
 * @returns {{empty?: true, error?: string, value?: any}}
 */
export function read(option, text, picked, store) {
  if (!text.trim()) return option.required ? { empty: true, error: REQUIRED } : { empty: true };
  const list = closedList(option, store);
  if (list) return fromList(option, list, text, picked);
  if (picked) return { value: picked.value };
  switch (option.type) {
    case TYPE.integer:
      return /^[+-]?\d+$/.test(text.trim()) ? ranged(option, Number(text)) : { error: "This must be a whole number." };
    case TYPE.number:
      return Number.isFinite(Number(text)) ? ranged(option, Number(text)) : { error: "This must be a number." };
    case TYPE.attachment:
      return { error: "This demo can't send files." };
    default:
      return measured(option, text);
  }
}

function fromList(option, list, text, picked) {
  if (picked && list.some((one) => one.value === picked.value)) return { value: picked.value };
  const plain = (value) => value.trim().toLowerCase().replace(/^[#@]/, "");
  const same = list.find((one) => plain(one.label) === plain(text));
  if (same) return { value: same.value };
  const what = { [TYPE.channel]: "a channel", [TYPE.role]: "a role", [TYPE.user]: "a person" }[option.type] ?? "one of the listed values";
  return { error: `Choose ${what} from the list.` };
}

function ranged(option, value) {
  if (option.min_value !== undefined && value < option.min_value) return { error: `This must be at least ${option.min_value}.` };
  if (option.max_value !== undefined && value > option.max_value) return { error: `This must be at most ${option.max_value}.` };
  return { value };
}

function measured(option, text) {
  const length = [...text].length;
  if (option.max_length && length > option.max_length) {
    return { error: `This is ${length} characters long; at most ${option.max_length} are allowed.` };
  }
  if (option.min_length && length < option.min_length) return { error: `At least ${option.min_length} characters are needed.` };
  return { value: text };
}
