/** Milliseconds since the navigation. */
export type Marks = { painted?: number; hydrated?: number; pressed?: number; opened?: number };

declare global {
  var marks: Marks;
}

/** Runs in a page before its own scripts and notes when what was waited for is on the screen. */
export function observe() {
  const phone = "[type=tel]";
  globalThis.marks = {};

  const note = (name: keyof Marks, at = performance.now()) => void (marks[name] ??= at);
  /** A frame's callbacks come before it is painted, a task of theirs after. */
  const noteOncePainted = (name: keyof Marks) => requestAnimationFrame(() => setTimeout(() => note(name)));

  const look = () => {
    if (document.querySelector("[data-hydrated=true]")) note("hydrated");
    const field = document.querySelector<HTMLInputElement>(phone);
    if (field?.checkVisibility() && !field.disabled) noteOncePainted("painted");
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter: ["data-hydrated"] });
  addEventListener("click", (event) => note("pressed", event.timeStamp), { capture: true });
  addEventListener("focusin", ({ target }) => {
    if (target instanceof Element && target.matches(`dialog[open] ${phone}`)) noteOncePainted("opened");
  });
}
