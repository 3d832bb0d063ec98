// What narrows a search down: for each filter a field or two toggles, and what the people found have in common
// as toggles with counts.
//
//   const filters = searchFilters({ onChange, onRemoved })   onChange(): something was set or cleared; onRemoved(): the
//                                                      button that was pressed is gone, and the focus needs a place
//   filters.panel .chosen .opener                      elements: the filters, those in use, the button that shows them on narrow pages
//   filters.asked                                      what is set, as the operation takes it
//   filters.set(name, value) .clear()                  value null: not set
//   filters.show(facets, areOfAll)                     the facets of the last answer; `areOfAll`: their counts leave nobody out

import { field } from "./controls.js";
import { button, freshId, h, replace } from "./kit.js";
import { number, t } from "./texts.js";

/** Facets are of the first thousand people. */
export const FACETED_MAX = 1_000;
/** Values of a facet that show before they are unfolded. */
const VALUES_SHOWN = 4;
const FILTERS = ["location", "jobTitle", "inAts", "openToWork", "tag", "stage"];
const YES_OR_NO = new Set(["inAts", "openToWork"]);

/** @param {{onChange: () => void, onRemoved: () => void}} options */
export function searchFilters({ onChange, onRemoved }) {
  /** @type {Record<string, any>} */
  let filter = {};
  let facets = [];
  const unfolded = new Set();
  const panel = h("div", { class: "filters", id: freshId("filters") });
  const chosen = h("div", { class: "chips", role: "group", "aria-label": t("search.chosen"), hidden: true });
  const groups = FILTERS.map(filterGroup);
  const shortNote = h("p", { class: "note", hidden: true }, t("search.facetsShort", { count: FACETED_MAX }));
  const opener = button(t("search.filters"), {
    small: true,
    class: "filters-button",
    "data-key": "filters",
    "aria-expanded": "false",
    "aria-controls": panel.id,
    onclick: () => opener.setAttribute("aria-expanded", String(panel.classList.toggle("is-open"))),
  });
  replace(
    panel,
    groups.map(({ element }) => element),
    shortNote,
  );

  /** What is not set is left out, so that the same filters are the same question. */
  function set(name, value) {
    const now = { ...filter, [name]: value };
    filter = Object.fromEntries(Object.entries(now).filter(([, one]) => one !== null));
    draw();
    onChange();
  }

  function clear() {
    filter = {};
    draw();
    onChange();
  }

  function show(found, areOfAll) {
    facets = found;
    shortNote.hidden = areOfAll;
    draw();
  }

  function draw() {
    for (const { update } of groups) update();
    const inUse = Object.entries(filter);
    chosen.hidden = inUse.length === 0;
    replace(
      chosen,
      inUse.map(([name, value]) =>
        button(
          [
            t(`search.filter.${name}`),
            ": ",
            valueWords(name, value),
            h("span", { class: "unseen" }, ` ${t("search.remove")}`),
          ],
          {
            small: true,
            class: "is-chosen",
            icon: "close",
            "data-key": `chosen-${name}`,
            onclick: () => (set(name, null), onRemoved()),
          },
        ),
      ),
    );
  }

  /** A filter's field, which stays as it is while somebody types, and its toggles, drawn anew with each answer. */
  function filterGroup(name) {
    const id = freshId("filter");
    const typedIn = YES_OR_NO.has(name) ? null : words(name);
    const toggles = h("div", { class: "toggles" });
    const element = h(
      "div",
      { class: "filter", role: "group", "aria-labelledby": id },
      h("h2", { id, class: "filter-name" }, t(`search.filter.${name}`)),
      typedIn?.element,
      toggles,
    );

    function update() {
      if (typedIn && document.activeElement !== typedIn.input) typedIn.input.value = filter[name] ?? "";
      const offered = valuesOf(name);
      const shown = offered.filter(
        ({ value }, place) => unfolded.has(name) || place < VALUES_SHOWN || value === String(filter[name]),
      );
      const folded = offered.length - shown.length;
      replace(
        toggles,
        shown.map((one) => toggle(name, one)),
        folded > 0 && unfold(name, folded),
      );
    }

    return { element, update };
  }

  /** The values of a facet. What is chosen stays to be seen, even if nobody is found with it. */
  function valuesOf(name) {
    const counted = facets.find((facet) => facet.name === name)?.values ?? [];
    const values = YES_OR_NO.has(name)
      ? ["true", "false"].map((value) => counted.find((one) => one.value === value) ?? { value, count: null })
      : counted;
    const present = filter[name];
    const isOffered = present === undefined || values.some(({ value }) => value === String(present));
    return isOffered ? values : [{ value: String(present), count: null }, ...values];
  }

  const unfold = (name, count) =>
    button(t("search.moreValues", { count }), {
      kind: "quiet",
      small: true,
      "data-key": `more-${name}`,
      onclick: () => {
        unfolded.add(name);
        draw();
        panel.querySelectorAll(`[data-key^="${name}="]`)[VALUES_SHOWN]?.focus();
      },
    });

  function toggle(name, { value, count }) {
    const is = YES_OR_NO.has(name) ? value === "true" : value;
    const isOn = filter[name] === is;
    return h(
      "button",
      {
        type: "button",
        class: "toggle",
        "aria-pressed": String(isOn),
        "data-key": `${name}=${value}`,
        onclick: () => set(name, isOn ? null : is),
      },
      h("span", null, valueWords(name, is)),
      count !== null &&
        h("span", { class: "count" }, h("span", { class: "unseen" }, t("search.people"), " "), number(count)),
    );
  }

  function words(name) {
    const typedIn = field(t(`search.words.${name}`), {
      maxlength: 200,
      placeholder: t(`search.words.${name}`),
      "data-key": `words-${name}`,
      onchange: (event) => set(name, event.target.value.trim() || null),
    });
    typedIn.element.querySelector("label").className = "unseen";
    return typedIn;
  }

  draw();
  return {
    panel,
    chosen,
    opener,
    set,
    clear,
    show,
    get asked() {
      return filter;
    },
  };
}

const valueWords = (name, value) => (YES_OR_NO.has(name) ? t(`search.${name}.${value}`) : value);
