// Controls that have a keyboard of their own, by the patterns of the WAI-ARIA Authoring Practices.
//
//   tabs(label, [{ key, label, count, render }], { selected, onSelect })
//       an element with .select(key), .panel(key), .refresh(key); render() → node or promise of one, called when first shown
//   dialog({ title, text, body, confirm, cancel, danger, near })
//       a modal <dialog> → promise of true (confirmed) or false. `cancel: null` leaves one button. It is placed beside
//       `near` (an element; what has the focus if left out), since a frame is higher than what is seen of it
//   field(label, { hint, error, …input props })       a labelled <input>: { element, input, setError(text | null) }
//   select(label, [[value, label], …], { value, onchange, … })   a labelled <select>: { element, input }
//   checkbox(label, { hint, checked, onchange, … })   { element, input }
//   combobox(label, { suggest, onChoose, value, hint, … })       an <input> that offers a list: { element, input }
//       `suggest(text)` → promise of [{ value, label, note }]. Arrows, Enter, Escape; what is typed stays possible
//   searchForm({ label, button, onSearch, value, empty, … })     a search field with its button:
//       { element, input, submit, setError }

import { announce, button, freshId, h, icon, replace, run, skeleton } from "./kit.js";
import { t } from "./texts.js";

/**
 * @param {string} label
 * @param {{key: string, label: string, count?: string | number | null, render: () => any}[]} items
 * @param {{selected?: string, onSelect?: (key: string) => void}} [options]
 */
export function tabs(label, items, { selected = items[0].key, onSelect } = {}) {
  const made = new Map();
  for (const item of items) {
    const id = freshId("tab");
    const tab = h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "tab",
        id,
        "data-key": `tab-${item.key}`,
        "aria-controls": `${id}-panel`,
        onclick: () => select(item.key),
      },
      item.label,
      item.count != null && h("span", { class: "count" }, item.count),
    );
    const panel = h("div", {
      role: "tabpanel",
      class: "panel",
      id: `${id}-panel`,
      "aria-labelledby": id,
      tabindex: "-1",
    });
    made.set(item.key, { ...item, tab, panel, rendered: false });
  }
  const all = [...made.values()];
  const row = h(
    "div",
    { role: "tablist", class: "tabs", "aria-label": label, onkeydown: move },
    all.map(({ tab }) => tab),
  );

  function move(event) {
    const place = all.findIndex(({ tab }) => tab === event.target);
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || place < 0) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    select(next.key);
    next.tab.focus();
  }

  function select(key) {
    selected = key;
    for (const item of all) {
      const chosen = item.key === key;
      item.tab.setAttribute("aria-selected", String(chosen));
      item.tab.tabIndex = chosen ? 0 : -1;
      item.panel.hidden = !chosen;
    }
    if (!made.get(key).rendered) refresh(key);
    onSelect?.(key);
  }

  async function refresh(key) {
    const item = made.get(key);
    item.rendered = true;
    const content = item.render();
    if (content instanceof Promise) {
      item.panel.setAttribute("aria-busy", "true");
      replace(item.panel, skeleton("card", 3));
      replace(item.panel, await content);
      item.panel.removeAttribute("aria-busy");
    } else replace(item.panel, content);
  }

  const element = h(
    "div",
    { class: "tabbed" },
    row,
    all.map(({ panel }) => panel),
  );
  select(selected);
  return Object.assign(element, { select, refresh, panel: (key) => made.get(key).panel });
}

/**
 * Ask before something is done. Escape and a press beside it cancel; the focus returns to where it was.
 * @param {{title: string, text?: any, body?: any, confirm: string, cancel?: string, danger?: boolean, near?: Element}} question
 * @returns {Promise<boolean>}
 */
export function dialog({
  title,
  text,
  body,
  confirm,
  cancel = t("common.cancel"),
  danger = false,
  near = document.activeElement,
}) {
  const id = freshId("dialog");
  return new Promise((resolve) => {
    const yes = button(confirm, { kind: danger ? "danger" : "primary", onclick: () => box.close("yes") });
    const no = cancel && button(cancel, { onclick: () => box.close() });
    const box = h(
      "dialog",
      { class: "dialog", "aria-labelledby": id, onclick: (event) => event.target === box && box.close() },
      h(
        "div",
        { class: "dialog-body" },
        h("h2", { id }, title),
        text && h("p", null, text),
        body,
        h("div", { class: "actions is-end" }, no, yes),
      ),
    );
    box.addEventListener("close", () => {
      box.remove();
      document.body.style.minBlockSize = "";
      if (near instanceof HTMLElement) near.focus({ preventScroll: true });
      resolve(box.returnValue === "yes");
    });
    document.body.append(box);
    box.showModal();
    // What cannot be taken back is not confirmed by an Enter too many.
    (danger && no ? no : yes).focus();
    place(box, near);
  });
}

function place(box, near) {
  const height = box.getBoundingClientRect().height;
  const middle = near ? (near.getBoundingClientRect().top + near.getBoundingClientRect().bottom) / 2 : 0;
  // The frame grows if it is lower than the question.
  document.body.style.minBlockSize = `${height + 32}px`;
  const room = Math.max(document.documentElement.clientHeight, document.body.scrollHeight) - height - 16;
  box.style.insetBlockStart = `${Math.max(16, Math.min(middle - height / 2, room))}px`;
}

/** @param {string} label @param {Record<string, any>} [options] */
export function field(label, { hint, error, ...props } = {}) {
  const id = freshId("field");
  const input = h("input", { type: "text", autocomplete: "off", class: "input", ...props, id });
  const told = h("p", { class: "field-error", id: `${id}-error`, role: "alert" });
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  input.setAttribute("aria-describedby", described);
  function setError(text) {
    replace(told, text && [icon("alert"), text]);
    told.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  setError(error);
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    hint && h("p", { class: "note", id: `${id}-hint` }, hint),
    input,
    told,
  );
  return { element, input, setError };
}

/** @param {string} label @param {[string, string][]} options @param {Record<string, any>} [props] */
export function select(label, options, { value, ...props } = {}) {
  const id = freshId("select");
  const input = h(
    "select",
    { class: "input", ...props, id },
    options.map(([key, text]) => h("option", { value: key }, text)),
  );
  if (value != null) input.value = value;
  return { element: h("div", { class: "field" }, h("label", { for: id }, label), input), input };
}

/** @param {string} label @param {Record<string, any>} [options] */
export function checkbox(label, { hint, checked = false, ...props } = {}) {
  const id = freshId("check");
  const input = h("input", { type: "checkbox", ...props, id, "aria-describedby": hint && `${id}-hint` });
  input.checked = checked;
  const text = h(
    "div",
    null,
    h("label", { for: id }, label),
    hint && h("p", { class: "note", id: `${id}-hint` }, hint),
  );
  return { element: h("div", { class: "check" }, input, text), input };
}

const TYPED_MS = 200;

/**
 * @param {string} label
 * @param {{suggest: (text: string) => Promise<{value: string, label: string, note?: string}[]>,
 *   onChoose: (value: string) => void, [props: string]: any}} options
 */
export function combobox(label, { suggest, onChoose, ...props }) {
  const { element, input } = field(label, {
    ...props,
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
  });
  const id = freshId("options");
  const list = h("ul", { role: "listbox", class: "options", id, "aria-label": label, hidden: true });
  input.setAttribute("aria-controls", id);
  let offered = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  function show(options) {
    offered = options;
    active = -1;
    replace(list, options.map(optionOf));
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  const optionOf = (option, place) =>
    h(
      "li",
      // The field keeps the focus, so that its blur does not close the list before the press counts.
      {
        role: "option",
        id: `${id}-${place}`,
        onmousedown: (event) => (event.preventDefault(), choose(place)),
      },
      option.label,
      option.note && h("span", { class: "note" }, option.note),
    );

  function choose(place) {
    input.value = offered[place].label;
    const { value } = offered[place];
    show([]);
    onChoose(value);
  }

  function move(by) {
    active = (active + by + offered.length + (active < 0 && by < 0 ? 1 : 0)) % offered.length;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
    input.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  }

  async function offer() {
    const turn = ++asked;
    const found = await suggest(input.value.trim());
    // Of answers that overtake each other, only the last question's counts.
    if (turn !== asked || document.activeElement !== input) return;
    show(found);
    announce(t("common.suggestions", { count: found.length }));
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, TYPED_MS);
  });
  input.addEventListener("blur", () => show([]));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && offered.length) (event.preventDefault(), show([]));
    if (event.key === "Enter" && active >= 0) (event.preventDefault(), choose(active));
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (offered.length) move(event.key === "ArrowDown" ? 1 : -1);
    else offer();
  });
  element.classList.add("has-options");
  element.append(list);
  return { element, input };
}

/**
 * `onSearch(text)` may be async: the button is busy meanwhile. An empty text is not searched for.
 * @param {{label: string, button: string, onSearch: (text: string) => any, error?: string, [props: string]: any}} options
 */
export function searchForm({ label, button: name, onSearch, empty, icon: drawing = "search", ...props }) {
  const { element, input, setError } = field(label, { type: "search", enterkeyhint: "search", ...props });
  const go = button(name, {
    type: "submit",
    icon: drawing,
    "data-key": props["data-key"] && `${props["data-key"]}-go`,
  });
  const row = h("div", { class: "field-row" }, input, go);
  element.insertBefore(row, element.querySelector(".field-error"));
  const form = h(
    "form",
    { class: "search", role: "search", "aria-label": label, novalidate: true, onsubmit: submit },
    element,
  );
  function submit(event) {
    event?.preventDefault();
    const text = input.value.trim();
    setError(text ? null : (empty ?? t("common.typeSomething")));
    if (!text) return input.focus();
    return run(go, async () => onSearch(text));
  }
  return { element: form, input, submit, setError };
}
