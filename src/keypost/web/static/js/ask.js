/**
 * A question to the server in JSON, or a form with files, and its answer; without either, what is at an address. A
 * refusal is thrown with the sentence that a person should read.
 */

export const UNREACHABLE = "unreachable";

const NO_ANSWER = "Keypost does not answer. Check your connection and try again.";
const UNREADABLE = "Keypost gave an answer that this page does not understand. Reload the page and try again.";

export class Refused extends Error {
  constructor(sentence, code) {
    super(sentence);
    this.code = code;
  }
}

export async function ask(path, body = null) {
  const response = await send(path, body);
  if (response.status === 401) {
    location.assign("/");
    return new Promise(() => {}); // The page is leaving: nobody waits for an answer any more.
  }
  if (response.status === 204) return {};
  const answer = await response.json().catch(() => null);
  if (answer === null) throw new Refused(UNREADABLE, "unreadable");
  if (!response.ok) throw new Refused(answer.message ?? UNREADABLE, answer.code);
  return answer;
}

/** `path` with its parts encoded: ids come from the page, but an address is no place to rely on that. */
export function address(...parts) {
  return `/${parts.map(encodeURIComponent).join("/")}`;
}

/**
 * The address of what is done to the message in which `element` stands, on the page of `chat`: the first message of a
 * thread is its parent's.
 */
export function messageAddress(element, chat, what) {
  const home = element.closest("[data-home]")?.dataset.home ?? chat;
  return address("chats", home, "messages", element.closest("[data-message]").dataset.message, what);
}

async function send(path, body) {
  const isForm = body instanceof FormData; // The browser itself says where its parts end.
  const kind = isForm || body === null ? {} : { "Content-Type": "application/json" };
  try {
    return await fetch(path, {
      method: body === null ? "GET" : "POST",
      headers: { ...kind, Accept: "application/json" },
      body: isForm || body === null ? body : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
    });
  } catch {
    throw new Refused(NO_ANSWER, UNREACHABLE);
  }
}
