/*
 * Shows the gateway's widgets in a page of an ATS; docs/widgets.md says how.
 *
 *   <script src="https://GATEWAY/widgets/loader.js" async>
 *   api_key: KEY
 *   token_url: /ats/widget-token
 *   </script>
 *   <rsc-widget widget="profile" candidate="cand-0001"></rsc-widget>
 *
 * One classic script without dependencies, ES2019. It asks the page's own server for widget tokens and gives
 * them to its frames by postMessage only: a token is in no address, no attribute and no storage. It works
 * under a policy of script-src and frame-src for the gateway and connect-src 'self': it writes styles through
 * the object model only, and compiles nothing.
 */
(() => {
  "use strict";

  const TAG = "rsc-widget";
  const LINKEDIN_TAG = 'script[type="IN/HcmWidget"]';
  const PAUSES_MS = [500, 1000, 2000, 4000];
  const ATTEMPT_MS = 8000;
  // A widget token lives 60 s; one that was asked for this long ago may end on its way to the exchange.
  const TOKEN_KEPT_MS = 40000;
  const READY_AFTER_LOAD_MS = 4000;
  const READY_MS = 20000;
  const SHRINK_PAUSE_MS = 120;
  const REFUSALS_MAX = 5;
  const REFUSED_SOON_MS = 10000;
  const HEIGHT_MAX = 20000;
  const TEXT_MAX = 300;

  /** Of each widget: which attribute names its subject, whether it needs one, its height until it says its own. */
  const WIDGETS = new Map([
    ["profile", { subject: "candidate", isNeeded: true, height: 560 }],
    ["onboarding", { subject: null, isNeeded: false, height: 560 }],
    ["search", { subject: "job", isNeeded: false, height: 640 }],
    ["recommended", { subject: "job", isNeeded: true, height: 560 }],
  ]);

  /** What a frame may tell: the attribute that names the page's function, and what that function is given. */
  const EVENTS = new Map([
    ["ready", ["onready", []]],
    ["linked", ["onlink", ["memberId"]]],
    ["unlinked", ["onunlink", ["memberId"]]],
    ["exported", ["onexport", ["memberId", "jobExternalId"]]],
    ["saved", ["onsave", ["memberId", "jobExternalId"]]],
    ["not-interested", ["onnotinterested", ["memberId", "jobExternalId"]]],
    ["integration", ["onintegration", ["state"]]],
    ["failed", ["onfail", ["code"]]],
  ]);

  /** Whatever the loader itself says. A page in another language has them in `RSCWidgets.texts` beforehand. */
  const texts = {
    profile: "LinkedIn profile",
    onboarding: "LinkedIn Recruiter System Connect",
    search: "Search LinkedIn and your candidates",
    recommended: "Recommended matches",
    unreachable: "This LinkedIn widget could not be loaded. Check your connection; if it stays so, tell your administrator.",
    misplaced: "This LinkedIn widget is not set up correctly. Tell your administrator.",
    again: "Try again",
  };

  /** The lines `name: value` in a script's body, and its data attributes, which go before them. */
  const readSetup = (element) => {
    const lines = new Map();
    for (const line of element.textContent.split("\n")) {
      const colon = line.indexOf(":");
      if (colon > 0) lines.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
    }
    const { apiKey, tokenUrl, token } = element.dataset;
    return {
      apiKey: apiKey || lines.get("api_key"),
      tokenUrl: tokenUrl || lines.get("token_url"),
      token: token || lines.get("token"),
    };
  };

  const script = document.currentScript || document.querySelector('script[src*="/widgets/loader.js"]');
  const already = window.RSCWidgets;
  if (already && typeof already.configure === "function") {
    if (script) already.configure(readSetup(script));
    already.parse(document);
    return;
  }
  if (!script || !script.src) {
    console.error("RSC widgets: the loader must be a script element with the gateway's address.");
    return;
  }
  if (already) Object.assign(texts, already.texts);
  const pages = new URL(".", script.src);
  const gateway = pages.origin;
  const setup = {};
  /** Each element that is shown, with the function that takes it down. */
  const shown = new Map();
  /** Elements that are there and cannot be shown yet. */
  const misplaced = new Set();
  const waiting = new Set();
  const heights = new WeakMap();
  const widened = new WeakSet();

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /**
   * The page's own global function of that name, or null. What the browser itself has (eval, open, fetch …) is
   * none: an attribute that slipped through somebody's sanitizer must not choose among those.
   */
  const functionNamed = (name) => {
    if (!name || !Object.prototype.hasOwnProperty.call(window, name)) return null;
    const found = window[name];
    if (typeof found !== "function") return null;
    const isNative = /\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(found));
    return isNative && !/^bound /.test(found.name) ? null : found;
  };

  /** Why there is no token: `message` is the ATS's own words for its user, `again` whether to ask once more. */
  class NoToken extends Error {
    constructor({ message, again, afterMs }) {
      super(message || "");
      this.again = again;
      this.afterMs = afterMs || 0;
    }
  }

  const short = (value) => (typeof value === "string" && value.length <= TEXT_MAX ? value : undefined);

  const askServer = async (request, signal) => {
    let response;
    try {
      response = await fetch(new URL(setup.tokenUrl, location.href), {
        method: "POST",
        mode: "same-origin",
        credentials: "same-origin",
        cache: "no-store",
        // A login page is no token, and a redirect to it no failure that asking again could mend.
        redirect: "manual",
        headers: { Accept: "application/json", "Content-Type": "application/json" },
        body: JSON.stringify(request),
        signal,
      });
    } catch (error) {
      throw new NoToken({ again: true });
    }
    const body = await response.json().catch(() => null);
    if (response.ok && body && typeof body.token === "string" && body.token) return body.token;
    const seconds = Number(response.headers.get("Retry-After"));
    throw new NoToken({
      message: body && short(body.message),
      again: response.status === 429 || response.status >= 500,
      afterMs: seconds > 0 ? Math.min(seconds, 60) * 1000 : 0,
    });
  };

  const askPage = async (request) => {
    const own = typeof setup.token === "function" ? setup.token : functionNamed(setup.token);
    if (!own) {
      console.warn(`RSC widgets: there is no function ${setup.token} of the page's own (yet).`);
      throw new NoToken({ again: true });
    }
    const given = await own({ ...request });
    const token = given && typeof given === "object" ? given.token : given;
    if (typeof token === "string" && token) return token;
    throw new NoToken({ again: false });
  };

  const askOnce = (request) =>
    new Promise((resolve, reject) => {
      const abort = new AbortController();
      const timer = setTimeout(() => {
        reject(new NoToken({ again: true }));
        abort.abort();
      }, ATTEMPT_MS);
      const asked = setup.token ? askPage(request) : askServer(request, abort.signal);
      asked.then(resolve, reject).then(() => clearTimeout(timer));
    });

  /** A widget token for this request, after some attempts where they may help. Rejects with why there is none. */
  const obtain = async (request, isWanted) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await askOnce(request);
      } catch (error) {
        if (error.again === false || attempt === PAUSES_MS.length || !isWanted()) throw error;
        // Pages that failed together do not come back together.
        await pause(Math.max(error.afterMs || 0, PAUSES_MS[attempt] * (0.75 + Math.random() / 2)));
        if (!isWanted()) throw error;
      }
    }
  };

  /** What keeps this element from being shown, as its developer is told; null if nothing does. */
  const whatIsWrong = (host, kind) => {
    if (!kind) return `widget must be one of ${[...WIDGETS.keys()].join(", ")}`;
    if (kind.isNeeded && !host.getAttribute(kind.subject)) return `${kind.subject} is missing`;
    if (!setup.apiKey) return "api_key is missing in the loader's script element";
    // A function that the page names may be declared further down.
    if (setup.token) return null;
    if (!setup.tokenUrl) return "token_url is missing in the loader's script element";
    try {
      if (new URL(setup.tokenUrl, location.href).origin === location.origin) return null;
    } catch (error) {
      // What is no address is on no origin.
    }
    return "token_url must be on the page's own origin; elsewhere, name a function by data-token";
  };

  const addressOf = (host, widget) => {
    const address = new URL(widget, pages);
    address.searchParams.set("app", setup.apiKey);
    const lang = (host.closest("[lang]") || document.documentElement).lang;
    if (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(lang)) address.searchParams.set("lang", lang);
    const theme = host.getAttribute("theme");
    address.searchParams.set("theme", theme === "light" || theme === "dark" ? theme : "auto");
    const unlink = host.getAttribute("unlink");
    if (unlink === "hidden" || unlink === "direct") address.searchParams.set("unlink", unlink);
    return address.href;
  };

  const makeFrame = (host, widget, height) => {
    const frame = document.createElement("iframe");
    frame.title = host.getAttribute("label") || texts[widget];
    frame.referrerPolicy = "no-referrer";
    // Same origin with itself, so that it may ask the gateway; forms, because a form's submit event is theirs;
    // what it opens (a profile on LinkedIn) is a page like any other. It can neither leave this place nor ask
    // the person anything in the page's name.
    frame.setAttribute(
      "sandbox",
      "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox",
    );
    Object.assign(frame.style, {
      display: "block",
      width: "100%",
      height: `${height}px`,
      border: "0",
      // An empty frame would be a white flash in a dark page.
      visibility: "hidden",
    });
    frame.src = addressOf(host, widget);
    return frame;
  };

  const makeNotice = (text, onAgain) => {
    const notice = document.createElement("div");
    notice.setAttribute("role", "alert");
    notice.style.padding = "1em";
    const words = document.createElement("p");
    words.textContent = text;
    words.style.margin = "0 0 0.5em";
    notice.append(words);
    if (onAgain) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = texts.again;
      button.style.font = "inherit";
      button.addEventListener("click", onAgain);
      notice.append(button);
    }
    return notice;
  };

  const lay = (host) => {
    if (getComputedStyle(host).display === "inline") host.style.display = "block";
    const width = host.getAttribute("width") || "";
    const isWidth = /^\d{1,4}(px|%)?$/.test(width);
    // What the page itself has set stays.
    if (!isWidth && !widened.delete(host)) return;
    if (isWidth) widened.add(host);
    host.style.width = isWidth && /\d$/.test(width) ? `${width}px` : isWidth ? width : "";
    host.style.maxWidth = isWidth ? "100%" : "";
  };

  const tellPage = (host, type, message) => {
    const [attribute, names] = EVENTS.get(type);
    const detail = {};
    for (const name of names) detail[name] = short(message[name]) || null;
    host.dispatchEvent(new CustomEvent(`rsc-${type}`, { detail, bubbles: true, composed: true }));
    const name = host.getAttribute(attribute);
    if (!name) return;
    const own = functionNamed(name);
    if (!own) {
      console.warn(`RSC widgets: ${attribute} names ${name}, which is no function of the page's own.`);
      return;
    }
    try {
      own.apply(host, names.map((each) => detail[each]));
    } catch (error) {
      // It is the page's error: its own reporting gets it, and the widget goes on.
      setTimeout(() => {
        throw error;
      });
    }
  };

  /** What the ATS's server is asked for; a widget takes no other subject than its own. */
  const requestOf = (host, widget, { subject }) => {
    const request = { widget: widget.toUpperCase() };
    const id = subject && host.getAttribute(subject);
    if (id) request[`${subject}ExternalId`] = id;
    if (host.getAttribute("context")) request.integrationContext = host.getAttribute("context");
    return request;
  };

  /** The tokens of one frame. `send` posts a message to it; `isShown` says whether it still is there. */
  const makeTokens = (request, send, isShown) => {
    let early = { asked: obtain(request, isShown), at: Date.now() };
    early.asked.catch(() => {});
    let delivering = false;
    let deliveredAt = -Infinity;
    let refusals = 0;

    const next = () => {
      const kept = early;
      early = null;
      return kept && Date.now() - kept.at < TOKEN_KEPT_MS ? kept.asked : obtain(request, isShown);
    };
    const deliverAfter = async (ms) => {
      if (ms) await pause(ms);
      try {
        const token = await next();
        deliveredAt = Date.now();
        if (isShown()) send({ type: "token", token });
      } catch (error) {
        if (!isShown()) return;
        // The frame shows it, offers to try again, and tells the page.
        const message = error instanceof NoToken && error.message;
        send(message ? { type: "no-token", message } : { type: "no-token" });
      }
    };
    /** One at a time: whoever asks meanwhile is served by the one under way. */
    const deliver = (ms) => {
      if (delivering) return;
      delivering = true;
      deliverAfter(ms).then(() => {
        delivering = false;
      });
    };
    /** A frame whose tokens are refused one after another does not drive the ATS's server round in circles. */
    const afterRefusal = () => {
      refusals = Date.now() - deliveredAt < REFUSED_SOON_MS ? refusals + 1 : 0;
      if (refusals >= REFUSALS_MAX) send({ type: "no-token" });
      else deliver(refusals ? PAUSES_MS[refusals - 1] : 0);
    };
    return { deliver, afterRefusal };
  };

  /** Sets the frame's height: more at once, less only when it stays so, since content that changes passes both. */
  const makeSizer = (host, frame) => {
    let timer = 0;
    return (height) => {
      if (!Number.isFinite(height) || height <= 0 || host.getAttribute("height")) return;
      const wanted = Math.min(Math.ceil(height), HEIGHT_MAX);
      const apply = () => {
        heights.set(host, wanted);
        frame.style.height = `${wanted}px`;
      };
      clearTimeout(timer);
      if (wanted >= parseInt(frame.style.height, 10)) apply();
      else timer = setTimeout(apply, SHRINK_PAUSE_MS);
    };
  };

  const showFrame = (host, root, widget, kind) => {
    const fixed = /^\d{2,5}$/.test(host.getAttribute("height") || "") && host.getAttribute("height");
    const frame = makeFrame(host, widget, fixed || heights.get(host) || kind.height);
    const size = makeSizer(host, frame);
    let isShown = true;
    let notice = null;
    let timer = 0;
    const send = (message) => {
      if (frame.contentWindow) frame.contentWindow.postMessage({ rsc: 1, ...message }, gateway);
    };
    const tokens = makeTokens(requestOf(host, widget, kind), send, () => isShown);

    const onUnreachable = () => {
      if (notice) return;
      notice = makeNotice(texts.unreachable, () => show(host));
      frame.style.display = "none";
      root.append(notice);
      tellPage(host, "failed", { code: "UNREACHABLE" });
    };
    const waitForReady = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(onUnreachable, ms);
    };
    let isReady = false;
    // An answer that the policy of either side refused is loaded too, and never gets ready.
    const onLoad = () => {
      if (!isReady) waitForReady(READY_AFTER_LOAD_MS);
    };
    const onReady = () => {
      isReady = true;
      clearTimeout(timer);
      if (notice) notice.remove();
      notice = null;
      Object.assign(frame.style, { display: "block", visibility: "visible" });
      tokens.deliver();
    };
    const onMessage = ({ data, origin, source }) => {
      if (origin !== gateway || source !== frame.contentWindow || !data || data.rsc !== 1) return;
      if (data.type === "ready") onReady();
      if (data.type === "height") size(data.height);
      if (data.type === "token-needed") {
        if (data.reason === "refused") tokens.afterRefusal();
        else tokens.deliver();
      }
      if (EVENTS.has(data.type)) tellPage(host, data.type, data);
    };
    frame.addEventListener("load", onLoad);
    window.addEventListener("message", onMessage);
    waitForReady(READY_MS);
    root.append(frame);
    return () => {
      isShown = false;
      clearTimeout(timer);
      window.removeEventListener("message", onMessage);
      frame.removeEventListener("load", onLoad);
      root.textContent = "";
    };
  };

  const takeDown = (host) => {
    waiting.delete(host);
    misplaced.delete(host);
    const end = shown.get(host);
    shown.delete(host);
    if (end) end();
  };

  const show = (host) => {
    takeDown(host);
    const root = host.shadowRoot || host.attachShadow({ mode: "open" });
    root.textContent = "";
    lay(host);
    const widget = host.getAttribute("widget");
    const kind = WIDGETS.get(widget);
    const wrong = whatIsWrong(host, kind);
    if (!wrong) {
      shown.set(host, showFrame(host, root, widget, kind));
      return;
    }
    misplaced.add(host);
    console.warn(`RSC widgets: ${wrong}.`, host);
    root.append(makeNotice(texts.misplaced, null));
    tellPage(host, "failed", { code: "MISPLACED" });
  };

  /** Several attributes that change together are one change. */
  const showSoon = (host) => {
    if (waiting.has(host)) return;
    waiting.add(host);
    Promise.resolve().then(() => {
      if (waiting.delete(host) && host.isConnected) show(host);
    });
  };

  class RscWidget extends HTMLElement {
    static get observedAttributes() {
      return ["widget", "candidate", "job", "context", "theme", "lang", "unlink", "label", "width", "height"];
    }

    connectedCallback() {
      showSoon(this);
    }

    disconnectedCallback() {
      takeDown(this);
    }

    attributeChangedCallback(name, before, now) {
      if (before === now || !(shown.has(this) || misplaced.has(this))) return;
      if (name === "width") lay(this);
      else showSoon(this);
    }
  }

  /** LinkedIn's tags, each with the element of ours that stands behind it. */
  const translated = new Map();
  const LINKEDIN_ATTRIBUTES = [
    ["data-ats-candidate-id", "candidate"],
    ["data-integration-context", "context"],
    ["data-onlink", "onlink"],
    ["data-onunlink", "onunlink"],
    ["data-width", "width"],
    // LinkedIn's tag has no word for these.
    ["data-theme", "theme"],
    ["data-lang", "lang"],
  ];
  const LINKEDIN_SWITCHES = ["data-show-unlink-url", "data-confirm-unlink"];

  const setAttribute = (element, name, value) => {
    if (value) element.setAttribute(name, value);
    else element.removeAttribute(name);
  };

  const translate = (tag) => {
    const known = translated.get(tag);
    const element = known || document.createElement(TAG);
    const [isOffered, isConfirmed] = LINKEDIN_SWITCHES.map((name) => tag.getAttribute(name) !== "false");
    const kind = (tag.getAttribute("data-widget-type") || "ATS").toUpperCase();
    element.setAttribute("widget", kind === "ATS" ? "profile" : kind);
    for (const [theirs, ours] of LINKEDIN_ATTRIBUTES) setAttribute(element, ours, tag.getAttribute(theirs));
    setAttribute(element, "unlink", isOffered ? !isConfirmed && "direct" : "hidden");
    translated.set(tag, element);
    if (!element.isConnected || element.parentNode !== tag.parentNode) tag.after(element);
  };

  /** Shows LinkedIn's tags in `root`, which may be a shadow root; our own elements show themselves. */
  const parse = (root) => {
    if (root.matches && root.matches(LINKEDIN_TAG)) translate(root);
    for (const tag of root.querySelectorAll(LINKEDIN_TAG)) translate(tag);
  };

  const onChanges = (changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === "attributes" && translated.has(target)) translate(target);
      for (const node of addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE && node.isConnected) parse(node);
      }
    }
    for (const [tag, element] of translated) {
      if (tag.isConnected) continue;
      translated.delete(tag);
      element.remove();
    }
  };

  /** Sets what was not set before: apiKey, tokenUrl, or token, a function or the name of one. */
  const configure = (given) => {
    for (const name of ["apiKey", "tokenUrl", "token"]) if (!setup[name] && given[name]) setup[name] = given[name];
    for (const host of [...misplaced]) show(host);
  };

  configure(readSetup(script));
  window.RSCWidgets = { version: 1, texts, parse, configure };
  if (!customElements.get(TAG)) customElements.define(TAG, RscWidget);
  parse(document);
  new MutationObserver(onChanges).observe(document, {
    attributeFilter: ["data-widget-type", ...LINKEDIN_SWITCHES, ...LINKEDIN_ATTRIBUTES.map(([name]) => name)],
    childList: true,
    subtree: true,
  });
})();
