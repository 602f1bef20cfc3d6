// What makes the pages nicer where scripts run. Everything works without.
"use strict";

// A form that has been sent is not sent twice by a double click; the server would give the first result anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.dataset.passkey && !asked.has(form) && !event.submitter?.name) { event.preventDefault(); askPasskey(form); return; }
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

// A form that a passkey answers: the device is asked when it is sent, and what it says is sent with it.
const asked = new WeakSet();
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function askPasskey(form) {
  const failed = form.querySelector("[data-failed]");
  try {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    for (const one of [...(options.allowCredentials ?? []), ...(options.excludeCredentials ?? [])]) { one.id = bytes(one.id); }
    if (options.user) { options.user.id = bytes(options.user.id); }
    const made = await navigator.credentials[form.dataset.passkey === "create" ? "create" : "get"]({ publicKey: options });
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature"]) {
      if (made.response[name]) { response[name] = text(made.response[name]); }
    }
    form.elements.credential.value = JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
    asked.add(form);
    form.requestSubmit();
  } catch {
    failed.hidden = false;
  }
}
