/**
 * Cards of the phone's list: dragging one to the left uncovers its actions. One card is open at a time. The browser
 * keeps the vertical direction (`touch-action: pan-y`), so scrolling is never ours; keyboard and screen reader reach the
 * actions as links, and a card opens by itself around the one that has the focus.
 */

/** Way in CSS pixels after which a press is a drag. */
const SLOP = 8;
/** Speed in CSS pixels per millisecond that counts as a flick, however short the way. */
const FLICK = 0.35;
/** A finger that rests this long in milliseconds before it leaves has not flicked; moves before that are forgotten. */
const MEMORY = 100;
/** How much of the way past the end a card still follows. */
const RESISTANCE = 0.2;

const OPEN = "lw-swiped";
const DRAGGED = "lw-dragged";

interface Drag {
  readonly card: HTMLElement;
  readonly pointer: number;
  readonly x: number;
  readonly y: number;
  /** Where the card stood, and how far it may go. */
  readonly from: number;
  readonly width: number;
  isOurs: boolean;
  at: number;
  /** The moves of late, for the speed. */
  moves: Move[];
}

export interface Move {
  readonly x: number;
  readonly time: number;
}

/**
 * Speed of a finger as it leaves, in CSS pixels per millisecond: over what it did of late, for the last two moves alone
 * lie close together on a busy phone.
 */
export function speedOf(moves: readonly Move[], now: number): number {
  const late = moves.filter((one) => now - one.time <= MEMORY);
  const [first, last] = [late[0], late.at(-1)];
  return first && last && last.time > first.time ? (last.x - first.x) / (last.time - first.time) : 0;
}

/** Where a card comes to rest: open past the middle, or where a flick sent it. */
export function restsOpen(at: number, width: number, speed: number): boolean {
  if (Math.abs(speed) > FLICK) return speed < 0;
  return -at > width / 2;
}

/** Where a card is drawn for a finger that has moved it: past either end it follows reluctantly. */
export function placeOf(wanted: number, width: number): number {
  if (wanted > 0) return 0;
  return wanted < -width ? -width + (wanted + width) * RESISTANCE : wanted;
}

/** Whether a card is still on its way to where it rests. */
function isMoving(card: HTMLElement): boolean {
  return card.getAnimations().some((one) => one instanceof CSSTransition && one.transitionProperty === "transform");
}

export class Swipes {
  #open: HTMLElement | undefined;
  /** Whether the focus opened it, and so closes it when it goes. */
  #isByFocus = false;
  #drag: Drag | undefined;
  /** Whether the click that may follow this press belongs to the drag or closes a card, and opens nothing. */
  #isSpent = false;
  /** Whether the press met a card on its way: it was meant for the action that was coming, so the card stays open. */
  #isHasty = false;

  constructor(list: HTMLElement) {
    list.addEventListener("pointerdown", (event) => this.#down(event));
    list.addEventListener("pointermove", (event) => this.#move(event));
    list.addEventListener("pointerup", (event) => this.#up(event));
    list.addEventListener("pointercancel", (event) => this.#lost(event));
    list.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    list.addEventListener("focusin", (event) => this.#focused(event));
    list.addEventListener("focusout", () => this.#left());
    document.addEventListener("pointerdown", (event) => this.#elsewhere(event), { capture: true });
    list.addEventListener("keydown", (event) => this.#key(event));
  }

  #actions(card: Element | null | undefined): HTMLElement | null {
    const found = card?.querySelector<HTMLElement>(".lw-swipe");
    return found && found.offsetWidth > 0 ? found : null;
  }

  #down(event: PointerEvent): void {
    const card = (event.target as Element).closest<HTMLElement>("#lw-rows > tr");
    const actions = this.#actions(card);
    // With a mouse a link is dragged elsewhere; the actions are on the record for it.
    if (!card || !actions || !event.isPrimary || event.pointerType === "mouse") return;
    const width = actions.offsetWidth;
    this.#drag = {
      card,
      pointer: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      from: this.#open === card ? -width : 0,
      width,
      isOurs: false,
      at: 0,
      moves: [{ x: event.clientX, time: event.timeStamp }],
    };
  }

  #move(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || drag.pointer !== event.pointerId) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.isOurs) {
      if (Math.abs(x) < SLOP || Math.abs(x) <= Math.abs(y)) return;
      drag.isOurs = true;
      this.#isSpent = true;
      drag.card.setPointerCapture(event.pointerId);
      drag.card.classList.add(DRAGGED);
    }
    drag.moves = drag.moves.filter((one) => event.timeStamp - one.time <= MEMORY);
    drag.moves.push({ x: event.clientX, time: event.timeStamp });
    drag.at = placeOf(drag.from + x, drag.width);
    drag.card.style.setProperty("--lw-drag", `${drag.at}px`);
  }

  #up(event: PointerEvent): void {
    const drag = this.#drag;
    if (!drag || drag.pointer !== event.pointerId) return;
    this.#end(drag, restsOpen(drag.at, drag.width, speedOf(drag.moves, event.timeStamp)));
  }

  /** The browser took the pointer, to scroll: the card goes back to where it was. */
  #lost(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag && drag.pointer === event.pointerId) this.#end(drag, drag.from < 0);
  }

  #end(drag: Drag, isOpen: boolean): void {
    this.#drag = undefined;
    drag.card.classList.remove(DRAGGED);
    drag.card.style.removeProperty("--lw-drag");
    if (!drag.isOurs) return;
    if (isOpen) this.#show(drag.card);
    else if (this.#open === drag.card) this.close();
  }

  #show(card: HTMLElement, isByFocus = false): void {
    if (this.#open !== card) this.close();
    const width = this.#actions(card)?.offsetWidth ?? 0;
    card.style.setProperty("--lw-swipe", `${-width}px`);
    card.classList.add(OPEN);
    this.#open = card;
    this.#isByFocus = isByFocus;
  }

  /** Covers the actions again. */
  close(): void {
    this.#open?.classList.remove(OPEN);
    this.#open = undefined;
  }

  /** A press anywhere but on the open card closes it; on a card it does nothing else. */
  #elsewhere(event: PointerEvent): void {
    this.#isSpent = false;
    this.#isHasty = false;
    if (!this.#open) return;
    const target = event.target as Element;
    if (target.closest(".lw-swipe")) return;
    this.#isHasty = this.#open.contains(target) && isMoving(this.#open);
    this.#isSpent = target.closest("#lw-rows") !== null;
    if (!this.#open.contains(target)) this.close();
  }

  #clicked(event: MouseEvent): void {
    const isByKey = event.detail === 0;
    if (isByKey || !this.#isSpent) {
      if ((event.target as Element).closest(".lw-swipe")) this.close();
      return;
    }
    this.#isSpent = false;
    if (!this.#isHasty) this.close();
    event.preventDefault();
    event.stopPropagation();
  }

  #focused(event: FocusEvent): void {
    const target = event.target as Element;
    const card = target.closest(".lw-swipe")?.closest<HTMLElement>("tr");
    // A finger's focus stays behind when a form is closed again; only keys and readers walk with theirs.
    if (card && card !== this.#open && target.matches(":focus-visible")) this.#show(card, true);
  }

  #left(): void {
    // The focus is nowhere until the event is over.
    queueMicrotask(() => {
      if (this.#isByFocus && !this.#open?.contains(document.activeElement)) this.close();
    });
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !this.#open) return;
    event.stopPropagation();
    this.#open.querySelector<HTMLElement>(".lw-name a")?.focus();
    this.close();
  }
}
