/** The only two places where a text becomes markup or code; a browser that knows Trusted Types can hold us to it. */

const WORKER = "/static/js/live-worker.js";
const policy = globalThis.trustedTypes?.createPolicy("keypost", {
  createHTML: (html) => html,
  createScriptURL: (address) => {
    if (address !== WORKER) throw new TypeError(`${address} is not a script of ours`);
    return address;
  },
});

/** Nodes of HTML that our server made and sanitised; nothing else may be passed. Scripts in it do not run. */
export function nodes(html) {
  const template = document.createElement("template");
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}

/** A whole page of ours, as a document that is not shown. */
export function page(html) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
}

export function worker(options) {
  return new SharedWorker(policy ? policy.createScriptURL(WORKER) : WORKER, options);
}
