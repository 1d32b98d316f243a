/** The few icons that scripts draw themselves; all others come drawn from the server. */
import alert from "@tabler/icons/outline/alert-circle.svg?raw";
import arrowDown from "@tabler/icons/outline/arrow-down.svg?raw";
import arrowUp from "@tabler/icons/outline/arrow-up.svg?raw";
import bold from "@tabler/icons/outline/bold.svg?raw";
import calendar from "@tabler/icons/outline/calendar.svg?raw";
import check from "@tabler/icons/outline/check.svg?raw";
import chevronDown from "@tabler/icons/outline/chevron-down.svg?raw";
import chevronUp from "@tabler/icons/outline/chevron-up.svg?raw";
import circleCheck from "@tabler/icons/outline/circle-check.svg?raw";
import download from "@tabler/icons/outline/download.svg?raw";
import edit from "@tabler/icons/outline/edit.svg?raw";
import grip from "@tabler/icons/outline/grip-vertical.svg?raw";
import italic from "@tabler/icons/outline/italic.svg?raw";
import list from "@tabler/icons/outline/list.svg?raw";
import numbers from "@tabler/icons/outline/list-numbers.svg?raw";
import plus from "@tabler/icons/outline/plus.svg?raw";
import progress from "@tabler/icons/outline/progress.svg?raw";
import search from "@tabler/icons/outline/search.svg?raw";
import star from "@tabler/icons/outline/star.svg?raw";
import tag from "@tabler/icons/outline/tag.svg?raw";
import trash from "@tabler/icons/outline/trash.svg?raw";
import userShare from "@tabler/icons/outline/user-share.svg?raw";
import x from "@tabler/icons/outline/x.svg?raw";

const SOURCES = {
  alert,
  arrowDown,
  arrowUp,
  bold,
  calendar,
  check,
  chevronDown,
  chevronUp,
  circleCheck,
  download,
  edit,
  grip,
  italic,
  list,
  numbers,
  plus,
  progress,
  search,
  star,
  tag,
  trash,
  userShare,
  x,
} as const;

export type IconName = keyof typeof SOURCES;
const parsed = new Map<IconName, SVGElement>();

/** A fresh copy of an icon, hidden from screen readers. */
export function icon(name: IconName, size = 16): SVGElement {
  let model = parsed.get(name);
  if (!model) {
    const root = new DOMParser().parseFromString(SOURCES[name], "image/svg+xml").documentElement;
    model = root as unknown as SVGElement;
    model.setAttribute("class", "lw-icon");
    model.setAttribute("aria-hidden", "true");
    for (const left of ["stroke", "stroke-width", "fill", "stroke-linecap", "stroke-linejoin"])
      model.removeAttribute(left);
    parsed.set(name, model);
  }
  const copy = document.importNode(model, true);
  copy.setAttribute("width", String(size));
  copy.setAttribute("height", String(size));
  return copy;
}
