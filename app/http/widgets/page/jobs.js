// The job that people are saved for and exported to: the token's, which stays, or one chosen by typing.
//
//   const jobBar = makeJobBar({ outcomes, onSet, onChosen })
//   jobBar.element
//   jobBar.set(job, isBound)      the job from now on; bound to the token it cannot be changed
//   jobBar.choose(hint)           ask for one: the field has the focus, with the hint above it
//   jobBar.isBound

import { combobox } from "./controls.js";
import { announce, button, chip, h, replace } from "./kit.js";
import { ask } from "./session.js";
import { t } from "./texts.js";

/** @param {{outcomes: ReturnType<typeof import("./outcomes.js").keepOutcomes>, onSet: () => void, onChosen: () => void}} options */
export function makeJobBar({ outcomes, onSet, onChosen }) {
  const element = h("div", { class: "job-bar" });
  let offered = [];
  let isBound = false;

  function set(job, bound = false) {
    outcomes.job = job;
    isBound ||= bound && job !== null;
    draw();
    onSet();
  }

  async function suggest(title) {
    const { data } = await ask("SearchJobs", { title });
    offered = data?.jobs?.edges.map(({ node }) => node) ?? [];
    return offered.map(({ id, title, location, requisitionCode }) => ({
      value: id,
      label: title,
      note: [location, requisitionCode].filter(Boolean).join(" · "),
    }));
  }

  function draw(isChoosing = false, hint = null) {
    const { job } = outcomes;
    if (job && !isChoosing) {
      const change = button(t("search.changeJob"), {
        kind: "quiet",
        small: true,
        "data-key": "change-job",
        onclick: () => choose(),
      });
      return replace(
        element,
        h(
          "p",
          null,
          t("search.forJob"),
          " ",
          h("strong", null, job.title),
          job.location && h("span", { class: "muted" }, ` · ${job.location}`),
          // Those to choose from are open; the ATS may name one that is not.
          isBound && job.state === "CLOSED" && [" ", chip(t("people.closedJob"), { kind: "warn" })],
        ),
        !isBound && change,
      );
    }
    const { element: control, input } = combobox(t("search.job"), {
      suggest,
      hint,
      placeholder: t("search.jobPlaceholder"),
      "data-key": "job",
      onChoose: (id) => {
        set(offered.find((one) => one.id === id));
        announce(t("search.jobChosen", { job: outcomes.job.title }));
        onChosen();
      },
    });
    replace(element, control);
    return input;
  }

  const choose = (hint) => !isBound && draw(true, hint)?.focus();
  return {
    element,
    set,
    choose,
    get isBound() {
      return isBound;
    },
  };
}
