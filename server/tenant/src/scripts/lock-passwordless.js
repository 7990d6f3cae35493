// Auth0LockPasswordless for any page: opens the tenant's login page in a frame, in a <dialog>.
(() => {
  const source = new URL(document.currentScript.src);

  const STYLE = `
    dialog.auth0-lock { inset: 0; margin: 0; padding: 0; border: 0; width: 100vw; height: 100dvh; max-width: none;
      max-height: none; background: none; overflow: hidden; color-scheme: light dark }
    dialog.auth0-lock::backdrop { background: rgb(16 22 21 / 60%) }
    iframe.auth0-lock { display: block; width: 100%; height: 100%; border: 0; background: none; color-scheme: light dark }
    div.auth0-lock iframe.auth0-lock { height: 30rem }
    p.auth0-lock { position: absolute; inset: 0; box-sizing: border-box; width: min(100% - 2rem, 24rem); height: fit-content;
      margin: auto; padding: 1.5rem; border-radius: .625rem; background: Canvas; color: CanvasText;
      font: 1rem/1.6 system-ui, sans-serif }
    p.auth0-lock a { display: block; padding: .5rem 0; color: LinkText }
    html:has(dialog.auth0-lock[open]) { overflow: hidden }`;
  let isStyled = false;

  // Lock's names of the events: those of a request, and of a screen.
  const REQUESTS = { send_requested: "socialOrPhoneNumber submit", verify_requested: "vcode submit" };
  const SCREENS = { phone: "socialOrPhoneNumber ready", code: "vcode ready" };
  const CODES = {
    PhoneNumberInvalid: "bad.phone_number",
    PhoneNumberMissing: "bad.phone_number",
    CountryNotAllowed: "bad.phone_number",
    SmsNotSent: "sms_provider_error",
    OptedOut: "sms_provider_error",
    RateLimited: "too_many_requests",
    SmsPaused: "too_many_requests",
    TooManyAttempts: "too_many_attempts",
    UserBlocked: "unauthorized",
    SignUpDisabled: "bad.connection",
  };
  // No answer of the frame after this long, in milliseconds, means that it is blocked or that nobody is there.
  const PATIENCE = 10000;
  const AFTER_LOAD = 2000;

  const clean = (object) =>
    Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null && value !== ""));

  const random = () => [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => (byte % 36).toString(36)).join("");

  /** The tenant's origin: the domain with the scheme that it has there. */
  const originOf = (domain) => {
    if (/^https?:\/\//.test(domain)) return new URL(domain).origin;
    if (domain === source.host) return source.origin;
    const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(domain);
    return `${isLocal ? "http" : "https"}://${domain}`;
  };

  const claims = (token) => {
    const text = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
  };

  /** What a login is for, from the options of Lock Passwordless 2 and of Lock 11 and later. */
  const requestOf = (clientID, origin, options) => {
    const { auth = {}, theme = {}, prefill = {}, languageDictionary, dict } = options;
    const words = { ...(typeof dict === "object" ? dict : {}), ...languageDictionary };
    const callback = options.callbackURL || auth.redirectUrl || "";
    const responseType = options.responseType || auth.responseType || (callback ? "code" : "token id_token");
    const params = { ...options.authParams, ...auth.params };
    const state = auth.state || params.state || random();
    const nonce = auth.nonce || params.nonce || (responseType.includes("id_token") ? random() : undefined);
    const url = new URL("/authorize", origin);
    url.search = new URLSearchParams(
      clean({
        scope: "openid profile phone",
        ...params,
        client_id: clientID,
        redirect_uri: callback || location.origin + location.pathname,
        response_type: responseType,
        connection: "sms",
        audience: auth.audience || params.audience,
        ui_locales: options.language,
        login_hint: prefill.phoneNumber,
        state,
        nonce,
        prompt: params.prompt || (options.rememberLastLogin === false ? "login" : undefined),
      }),
    );
    const lock = clean({
      title: words.title,
      country: options.defaultLocation?.toUpperCase(),
      primary_color: theme.primaryColor || options.primaryColor,
      logo: theme.logo || options.icon,
      flash_message: options.flashMessage?.text,
      closable: options.closable,
      autofocus: options.autofocus,
      show_terms: options.showTerms,
      must_accept_terms: options.mustAcceptTerms,
      is_inline: Boolean(options.container) || undefined,
    });
    const framed = new URL(url);
    framed.searchParams.set("response_mode", "web_message");
    framed.searchParams.set("web_origin", location.origin);
    framed.searchParams.set("lock", JSON.stringify(lock));
    const redirects = callback && auth.redirect !== false;
    return { url, framed, state, nonce, responseType, callback: redirects ? callback : "", title: words.title || "Log in" };
  };

  class Auth0LockPasswordless {
    #clientID;
    #origin;
    #options;
    #listeners = {};
    #isDestroyed = false;
    #opened = null;

    constructor(clientID, domain, options = {}) {
      if (typeof clientID !== "string") throw new Error("A `clientID` string must be provided as first argument.");
      if (typeof domain !== "string") throw new Error("A `domain` string must be provided as second argument.");
      if (typeof options !== "object") throw new Error("When provided, the third argument must be an `options` object.");
      [this.#clientID, this.#origin, this.#options] = [clientID, originOf(domain), options || {}];
    }

    on(event, listener) {
      (this.#listeners[event] ||= []).push(listener);
      return this;
    }

    off(event, listener) {
      this.#listeners[event] = (this.#listeners[event] || []).filter((other) => listener && other !== listener);
      return this;
    }

    /** Lock Passwordless 2. Without a `callbackURL` the callback gets the tokens. */
    sms(options, callback) {
      if (typeof options === "function") [options, callback] = [{}, options];
      return this.#open({ ...this.#options, ...options }, callback);
    }

    /** Lock 11 and later. */
    show(options) {
      return this.#open({ ...this.#options, ...options, auth: { ...this.#options.auth, ...options?.auth } });
    }

    close(callback) {
      this.#close();
      callback?.();
      return this;
    }

    hide() {
      this.#close();
    }

    destroy() {
      this.#close();
      this.#isDestroyed = true;
    }

    logout(query = {}) {
      location.assign(`${this.#origin}/v2/logout?${new URLSearchParams(clean({ client_id: this.#clientID, ...query }))}`);
    }

    async getUserInfo(accessToken, callback) {
      try {
        const response = await fetch(`${this.#origin}/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } });
        const body = await response.json();
        response.ok ? callback(null, body) : callback(body);
      } catch {
        callback({ error: "request_error", error_description: `${this.#origin} could not be reached.` });
      }
    }

    getProfile(accessToken, callback) {
      return this.getUserInfo(accessToken, callback);
    }

    #emit(event, ...details) {
      for (const listener of this.#listeners[event] || []) listener(...details);
    }

    #open(options, callback) {
      if (this.#isDestroyed) throw new Error("The Lock can't be opened again after it has been destroyed");
      if (this.#opened) return false;
      const request = requestOf(this.#clientID, this.#origin, options);
      const container = options.container && document.getElementById(options.container);
      if (options.container && !container) throw new Error(`There is no element with the id "${options.container}".`);
      const frame = Object.assign(document.createElement("iframe"), { className: "auth0-lock", title: request.title });
      frame.allow = "otp-credentials";
      const around = document.createElement(container ? "div" : "dialog");
      around.className = "auth0-lock";
      around.setAttribute("aria-label", request.title);
      around.setAttribute("aria-busy", "true");
      around.append(frame);
      this.#opened = { options, callback, request, frame, around, isReady: false };
      this.#listen();
      style();
      (container || document.body).append(around);
      frame.src = request.framed;
      if (!container) around.showModal();
      this.#emit("show");
      return this;
    }

    #listen() {
      const opened = this.#opened;
      const { frame, around, options } = opened;
      opened.hear = ({ source, origin, data }) => {
        if (source !== frame.contentWindow || origin !== this.#origin) return;
        if (data?.type === "authorization_response") this.#finish(data.response || {});
        else if (data?.lock) this.#hear(data);
      };
      addEventListener("message", opened.hear);
      const fail = () => opened.isReady || this.#fail();
      opened.timer = setTimeout(fail, PATIENCE);
      frame.addEventListener("load", () => setTimeout(fail, AFTER_LOAD));
      around.addEventListener("cancel", (event) => options.closable === false && event.preventDefault());
      around.addEventListener("close", () => this.#close());
    }

    #hear({ lock, screen, title, reason, description, error, height }) {
      const opened = this.#opened;
      const { frame, around, options, callback, request } = opened;
      if (lock === "hide" && options.closable !== false && !options.container) return this.#close();
      if (lock === "size" && options.container) frame.style.height = `${height}px`;
      if (lock === "ready") {
        // Where the browser keeps no cookies of a frame, the login goes on in the tenant's own page.
        if (error === "expired_login" && !opened.isReady) return location.assign(request.url);
        opened.isReady = true;
        around.removeAttribute("aria-busy");
        if (title) frame.title = title;
        if (title) around.setAttribute("aria-label", title);
        if (error) return this.#refuse({ error, description }, callback);
        if (!options.container) {
          // A frame that had the focus before it was loaded does not have it inside.
          frame.blur();
          frame.focus();
        }
      }
      if (REQUESTS[lock]) this.#emit(REQUESTS[lock]);
      if (screen && screen !== opened.screen) this.#emit(SCREENS[(opened.screen = screen)]);
      if (lock === "unrecoverable_error") this.#emit(lock, new Error(description));
      // A proof of work is given by the frame itself.
      if (lock === "authorization_error" && reason !== "ProofOfWork") {
        const code = CODES[reason] || (screen === "code" ? "invalid_user_password" : "access_denied");
        this.#refuse({ error: code, description }, callback);
      }
    }

    #refuse({ error, code = error, description }, callback) {
      const details = { error, code, description, error_description: description, errorDescription: description };
      this.#emit("authorization_error", details);
      callback?.(details);
    }

    /** A sentence and a link in the frame's place. */
    #fail() {
      const { frame, around, request, callback } = this.#opened || {};
      if (!frame || !frame.isConnected) return;
      const [text, link] = [document.createElement("p"), document.createElement("a")];
      text.className = "auth0-lock";
      text.setAttribute("role", "alert");
      text.append(`The login of ${new URL(this.#origin).host} cannot be shown here. `, link);
      Object.assign(link, { href: request.url, textContent: "Open it as a page" });
      around.removeAttribute("aria-busy");
      frame.replaceWith(text);
      link.focus();
      const description = `${this.#origin} could not be loaded. Check the domain, and frame-src in the page's policy.`;
      this.#emit("unrecoverable_error", Object.assign(new Error(description), { code: "sync" }));
      callback?.({ error: "request_error", code: "request_error", description, error_description: description });
    }

    /** The last step: the browser goes to the callback, or the page gets the tokens. */
    #finish(response) {
      const { request, options, callback } = this.#opened;
      if (response.state !== request.state) return;
      if (request.callback) {
        const url = new URL(request.callback);
        const params = new URLSearchParams(response);
        if (request.responseType === "code") for (const [name, value] of params) url.searchParams.append(name, value);
        else url.hash = params;
        return location.assign(url);
      }
      this.#close();
      if (response.error) return this.#refuse({ error: response.error, description: response.error_description }, callback);
      const { access_token, id_token, refresh_token, state } = response;
      const profile = id_token ? claims(id_token) : undefined;
      if (profile && profile.nonce !== request.nonce) {
        return this.#refuse({ error: "invalid_token", description: "The nonce does not match." }, callback);
      }
      this.#emit("authenticated", {
        accessToken: access_token,
        idToken: id_token,
        idTokenPayload: profile,
        refreshToken: refresh_token,
        state,
        appState: options.auth?.params?.appState,
        expiresIn: Number(response.expires_in) || undefined,
        tokenType: response.token_type,
        scope: response.scope,
        code: response.code,
      });
      callback?.(null, profile, id_token, access_token, state, refresh_token);
    }

    #close() {
      const opened = this.#opened;
      if (!opened) return;
      this.#opened = null;
      clearTimeout(opened.timer);
      removeEventListener("message", opened.hear);
      if (opened.around.open) opened.around.close();
      opened.around.remove();
      this.#emit("hide");
    }
  }

  /** A constructed style sheet: no policy forbids it. */
  const style = () => {
    if (isStyled) return;
    isStyled = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };

  window.Auth0LockPasswordless = Auth0LockPasswordless;
})();
