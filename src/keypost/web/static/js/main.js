/** The chat page: joins its parts to each other and to the stream of events. */

import { Banners } from "./banner.js";
import { Buttons } from "./buttons.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Dialog } from "./dialog.js";
import { Live } from "./live.js";
import { Messages } from "./messages.js";
import { Sidebar } from "./sidebar.js";
import { page } from "./trusted.js";

const { chat, cursor, person } = document.getElementById("chat").dataset;
const title = document.title;

const banners = new Banners();
const connection = new Connection();
const dialog = new Dialog();
const messages = new Messages();
const sidebar = new Sidebar();

new Composer(chat, {
  onPosted: () => messages.toEnd(),
  onBanner: (banner) => banners.show(banner),
});
new Buttons(chat, {
  dialog: (html) => dialog.show(html),
  banner: (banner) => banners.show(banner),
});

const on = {
  message(data) {
    if (data.chat !== chat) {
      sidebar.markUnread(data.chat);
      return;
    }
    messages.add(data.message, data.html);
    if (document.hidden) document.title = `• ${title}`;
  },
  banner: (banner) => banners.show(banner),
  chat: (entry) => sidebar.put(entry),
  open: () => connection.open(),
  lost: () => connection.lost(),
  reset: () => takeAnew(),
  "signed-out": () => location.assign("/"),
};
const live = new Live(person, ({ kind, data }) => on[kind]?.(data));
live.join(chat, Number(cursor));

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});

/** The page as it is now, without losing what is being written: too much happened to tell it event by event. */
async function takeAnew() {
  const response = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (!response?.ok || response.redirected) {
    location.reload();
    return;
  }
  const fresh = page(await response.text());
  messages.replace(fresh.getElementById("messages"));
  sidebar.replace(fresh.getElementById("sidebar-chats"));
  live.join(chat, Number(fresh.getElementById("chat").dataset.cursor));
}
