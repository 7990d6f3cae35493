// Both columns of the page. Its values are in the attributes of <main>, which the server fills in.
(() => {
  const element = (id) => document.getElementById(id);
  const { domain, clientId, callback, state } = element("sample").dataset;
  const authParams = { scope: "openid profile phone", state };
  const show = (text) => { element("failure").textContent = text; };
  const words = (error) => error.error_description || error.message || error.error || "Something went wrong. Please try again.";

  // Lock Passwordless. A click with a key held opens the link elsewhere, as the user wants it.
  if (window.Auth0LockPasswordless) {
    const lock = new Auth0LockPasswordless(clientId, domain);
    element("lock").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      show("");
      lock.sms({ callbackURL: callback, authParams }, (error) => error && show(words(error)));
    });
  }

  // Your own UI.
  if (!window.Auth0) {
    element("needs-script").textContent = "The tenant’s script auth0-passwordless.js did not load.";
    return;
  }
  const auth0 = new Auth0({ domain, clientID: clientId, callbackURL: callback });
  const [phoneForm, codeForm] = [element("enter-phone"), element("enter-code")];
  const phoneNumber = () => element("phone").value.replace(/[\s().-]/g, "");

  const turnTo = (form, other) => {
    show("");
    other.hidden = true;
    form.hidden = false;
    form.querySelector("input").focus();
  };
  // One request at a time: a second press of the button would be another SMS.
  const onSubmit = (form, request, done) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    show("");
    request((error) => {
      button.disabled = false;
      if (!error) return done();
      show(words(error));
      form.querySelector("input").focus();
    });
  });

  onSubmit(phoneForm, (answer) => auth0.requestSMSCode({ phoneNumber: phoneNumber() }, answer), () => turnTo(codeForm, phoneForm));
  onSubmit(
    codeForm,
    (answer) => auth0.verifySMSCode({ phoneNumber: phoneNumber(), code: element("code").value.trim(), ...authParams }, answer),
    () => {},
  );
  element("other-number").addEventListener("click", () => turnTo(phoneForm, codeForm));
  // A page that comes back from the back-forward cache can be used again.
  addEventListener("pageshow", () => document.querySelectorAll("button").forEach((button) => { button.disabled = false; }));
  element("needs-script").hidden = true;
  phoneForm.hidden = false;
})();
