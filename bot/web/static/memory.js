// What this tab remembers until it is closed: sessionStorage only. The server forgets what was acknowledged.
//   log  [{i: seq, at, lane, b: body} | {o: id, at, t: text, c: choice, n: step, s: "wait" | "sent" | "bad", m: masked}]

const KEY = "bekal", KEPT = 150, MASK = "••••";
let S = fresh();

function fresh() {
  return { chat: "", seq: 0, acked: 0, log: [] };
}

function recall() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    if (kept && Array.isArray(kept.log)) S = Object.assign(fresh(), kept);
  } catch (none) { /* private mode: nothing is remembered */ }
}

function keep() {
  if (gone) return;
  if (S.log.length > KEPT) S.log = S.log.slice(-KEPT).concat(S.log.slice(0, -KEPT).filter((entry) => entry.s === "wait"));
  try {
    // A document is somebody's data: shown once, never kept here.
    sessionStorage.setItem(KEY, JSON.stringify(S, (name, value) => (name === "document" && value ? { name: value.name } : value)));
  } catch (full) { S.log = S.log.slice(-30); }
}

function forget(butWaiting) {
  const { seq, chat, acked, log } = S;
  S = { seq, chat, acked, log: butWaiting ? log.filter((entry) => entry.s === "wait") : [] };
  try { sessionStorage.removeItem(KEY); } catch (none) { /* nothing there */ }
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(15)), (byte) => byte.toString(36).padStart(2, "0")).join("");
}

// The newest message of the conversation itself: announcements, alerts and apologies come in between.
function lastBody() {
  for (let i = S.log.length - 1; i >= 0; i--) if (S.log[i].b && !/^(push|alert|apology|)$/.test(S.log[i].b.state || "")) return S.log[i].b;
  return {};
}

function lastOwn() {
  for (let i = S.log.length - 1; i >= 0; i--) if (S.log[i].o) return S.log[i];
  return {};
}

// A PIN is neither shown nor kept.
function isPin(text) {
  return /^(pin|person-pin|person-new-pin)$/.test(lastBody().state || "") && /^\d{4}$/.test(text.trim());
}

// Does this message begin afresh: everything erased, or another person on this phone?
function beginsAfresh(body) {
  if (body.clear) return true;
  const from = lastBody().state || "", own = lastOwn();
  if (!/^(menu|welcome)$/.test(body.state || "")) return false;
  if (from === "erase") return own.c === "erase" || /hapus|^ya$|^2$/i.test(own.t || "");
  return /^(people|person-pin|person-new-pin)$/.test(from) && !/^(menu|back)$/.test(own.c || "") && !/^(menu|0|kembali)$/i.test(own.t || "");
}

// TUTUP leaves one trace, a cookie: its message id while that is not sent, "-" until the answer came. Then it goes.
function leftMark(value) {
  if (value !== undefined) {
    document.cookie = "bekal_tutup=" + value + "; path=/; samesite=lax; max-age=" + (value ? 2592000 : 0) +
      (location.protocol === "https:" ? "; secure" : "");
  }
  return (/(?:^|; )bekal_tutup=([^;]+)/.exec(document.cookie) || [])[1] || "";
}
