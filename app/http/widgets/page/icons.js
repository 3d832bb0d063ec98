// The drawings of all widgets: lines on a square of 16, hidden from screen readers.

const ICONS = {
  alert: "M8 1.5 15 14H1L8 1.5Zm0 4.5v4m0 2v.5",
  ban: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM3.5 3.5l9 9",
  check: "m2.5 8.5 3.5 3.5 7.5-8",
  chevron: "m4 6 4 4 4-4",
  clock: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4.5V8l2.5 1.5",
  close: "m3.5 3.5 9 9m0-9-9 9",
  in: "M13.5 8h-11m4-4-4 4 4 4",
  info: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 7v4m0-6.5V5",
  link: "M6.5 9.5a3 3 0 0 0 4.3 0l2.4-2.4a3 3 0 0 0-4.3-4.3l-1 1m1.6 2.7a3 3 0 0 0-4.3 0L2.8 8.9a3 3 0 0 0 4.3 4.3l1-1",
  lock: "M3.5 7.5h9v6h-9v-6Zm2-0V5a2.5 2.5 0 0 1 5 0v2.5",
  mail: "M1.5 3.5h13v9h-13v-9Zm0 .5L8 9l6.5-5",
  note: "M3 1.5h10v13H3v-13ZM5.5 5h5m-5 3h5m-5 3h3",
  open: "M9.5 2.5h4v4m0-4L7.5 8.5M11 9.5v4H2.5V5h4",
  out: "M2.5 8h11m-4-4 4 4-4 4",
  phone: "M5 1.5H2.5C2 8.5 7.5 14 14.5 13.5V11L11 10l-1.5 1.5C7.5 10.5 5.5 8.5 4.5 6.5L6 5 5 1.5Z",
  pin: "M8 14.5s5-4.5 5-8.2a5 5 0 0 0-10 0c0 3.7 5 8.2 5 8.2ZM8 8a1.7 1.7 0 1 0 0-3.4A1.7 1.7 0 0 0 8 8Z",
  retry: "M13.5 8A5.5 5.5 0 1 1 11.8 4M12 1.5V4.5H9",
  search: "M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2Zm3.7 8.7 3.8 3.8",
  star: "m8 1.8 1.9 4 4.4.5-3.3 3 .9 4.3L8 11.4l-3.9 2.2.9-4.3-3.3-3 4.4-.5L8 1.8Z",
  tag: "M2 2h5.5L14 8.5 8.5 14 2 7.5V2Zm3 3v.1",
  unlink:
    "M6 10a3 3 0 0 0 3.5.6M10 6l.9-.9M9 3.7l.9-.9a3 3 0 0 1 4.3 4.3l-1 1M7 12.3l-.9.9a3 3 0 0 1-4.3-4.3l1-1M2 2l12 12",
  user: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 6.5c0-3 2.7-4.5 6-4.5s6 1.5 6 4.5",
  users:
    "M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm-5 6c0-2.5 2.3-4 5-4s5 1.5 5 4M11 2.7a2.5 2.5 0 0 1 0 4.6m1.5 2.4c1.5.5 2.5 1.8 2.5 3.8",
};
const SVG = "http://www.w3.org/2000/svg";

/** @typedef {keyof typeof ICONS} Icon */

/** A drawing of 16 × 16, in the colour of the text around it. @param {Icon} name */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 16 16",
    class: "icon",
    "aria-hidden": "true",
    focusable: "false",
  })) {
    drawing.setAttribute(key, value);
  }
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", ICONS[name]);
  drawing.append(line);
  return drawing;
}
