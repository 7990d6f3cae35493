// Shows each message as it arrives, with the browser's own time and a button to copy the code. The markup comes escaped from
// the same server that rendered the page.
const list = document.getElementById("messages");
const empty = document.getElementById("empty");
const copied = document.getElementById("copied");

const timeOfDay = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const today = () => new Date().toDateString();
let shownOn = today();

function showTime(time) {
  const at = new Date(time.dateTime);
  const parts = [timeOfDay.format(at)];
  if (at.toDateString() !== shownOn) parts.unshift(day.format(at));
  time.textContent = parts.join(", ");
}

function complete(message) {
  message.querySelectorAll("time").forEach(showTime);
  // Only a page from a secure address may write to the clipboard.
  message.querySelectorAll("button").forEach((button) => (button.hidden = !navigator.clipboard));
}

// A page that stays open shows the day of yesterday's messages.
function showDay() {
  if (shownOn === today()) return;
  shownOn = today();
  list.querySelectorAll("time").forEach(showTime);
}

async function copy(button) {
  const code = button.parentElement.querySelector("code");
  const label = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(code.textContent);
    label.textContent = "Copied";
    copied.textContent = `Code ${code.textContent} copied.`;
  } catch {
    getSelection().selectAllChildren(code);
    label.textContent = "Not copied";
    copied.textContent = "The browser did not allow it. The code is selected: copy it from there.";
  }
  clearTimeout(button.timer);
  button.timer = setTimeout(() => {
    label.textContent = "Copy";
    copied.textContent = "";
  }, 3000);
}

[...list.children].forEach(complete);
list.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button) copy(button);
});
document.addEventListener("visibilitychange", showDay);

const events = new EventSource(`/outbox/events?after=${list.dataset.last}`);
events.onmessage = ({ data }) => {
  const arrived = [...new DOMParser().parseFromString(data, "text/html").body.children];
  showDay();
  arrived.forEach((message) => {
    complete(message);
    message.classList.add("arrived");
  });
  list.prepend(...arrived);
  empty.hidden = true;
};
addEventListener("pagehide", () => events.close());
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
