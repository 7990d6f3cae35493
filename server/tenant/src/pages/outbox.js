// Shows each message as it arrives. The markup comes escaped from the same server that rendered the page.
const list = document.getElementById("messages");
const empty = document.getElementById("empty");
const events = new EventSource(`/outbox/events?after=${list.dataset.last}`);
events.onmessage = ({ data }) => {
  const parsed = new DOMParser().parseFromString(data, "text/html");
  list.prepend(...parsed.body.children);
  empty.hidden = true;
};
addEventListener("pagehide", () => events.close());
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
