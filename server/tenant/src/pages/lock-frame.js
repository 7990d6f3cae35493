// Inside the frame of lock-passwordless.js: tells the page around what happens, and lets the user close it.
{
  const { origin, error, autofocus } = document.currentScript.dataset;
  // Nothing here is a secret; the response to the application comes from the tenant's last page.
  const tell = (message) => parent.postMessage({ lock: message.event, ...message }, origin || "*");

  const shown = (element) => element && !element.closest("[hidden]") && element.checkVisibility?.() !== false;
  const screen = () => (shown(document.querySelector("[name=code]")) ? "code" : "phone");
  const sentence = () => document.querySelector("[role=alert]")?.textContent || "";

  const ready = () => tell({ event: "ready", screen: screen(), title: document.title, error, description: sentence() });
  addEventListener("lock", ({ detail }) => {
    const [event, reason] = detail.split(" ");
    // After the dialog has drawn the step.
    if (event) setTimeout(() => tell({ event, reason, screen: screen(), description: sentence() }));
  });
  // The page around moves the focus here; before the dialog is drawn it may have.
  const focus = () => {
    const first = [...document.querySelectorAll("[data-lock-focus]"), document.querySelector("[data-lock-close]")].find(shown);
    const isWanted = autofocus !== undefined || error !== undefined;
    if (isWanted && document.activeElement === document.body) first?.focus();
  };
  addEventListener("focus", focus);
  addEventListener("keydown", ({ key, defaultPrevented }) => {
    if (key === "Escape" && !defaultPrevented) tell({ event: "hide" });
  });
  addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-lock-close]")) tell({ event: "hide" });
  });
  new ResizeObserver(() => tell({ event: "size", height: document.body.scrollHeight })).observe(document.body);
  ready();
  if (document.hasFocus()) focus();
}
