// The ATS's own script: the functions that its tags name, and a list of what the widgets told the page.
"use strict";

/** LinkedIn's tag names these two; they get the person's URN. */
function onProfileLinked(member) {
  note("onProfileLinked", { member });
}

function onProfileUnlinked(member) {
  note("onProfileUnlinked", { member });
}

function note(name, detail) {
  const list = document.getElementById("told");
  if (!list) return;
  const item = document.createElement("li");
  const code = document.createElement("code");
  code.textContent = name;
  const told = Object.values(detail).filter(Boolean).join(", ");
  item.append(code, told ? ` ${told}` : "");
  list.append(item);
  document.getElementById("told-count").textContent = String(list.children.length);
}

for (const type of (document.getElementById("told")?.dataset.events ?? "").split(" ")) {
  document.addEventListener(`rsc-${type}`, (event) => note(event.type, event.detail));
}
