// What makes the pages nicer where scripts run. Everything works without.
"use strict";

// A form that has been sent is not sent twice by a double click; the server would give the first result anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  window.addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
});

// New entries of a case appear without reloading.
const feed = document.querySelector("[data-feed]");
if (feed && window.EventSource) {
  const source = new EventSource(feed.dataset.feed);
  source.addEventListener("entry", () => {
    const told = document.getElementById("changed");
    if (told) { told.hidden = false; }
  });
  window.addEventListener("pagehide", () => source.close());
}
