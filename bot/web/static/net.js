// The line: messages go out one after the other until acknowledged; news come by server-sent events or, where those do
// not get through, by asking again and again.

let gone = false, busy = false, failures = 0, timer = 0, renewed = false;
let source = null, asking = 0, heard = 0, started = 0, silent = 0, ackTimer = 0;

function timed(path, options, seconds) {
  let bell = 0;
  const stop = window.AbortController ? new AbortController() : { abort() {} };
  const late = new Promise((_, fail) => { bell = setTimeout(() => { stop.abort(); fail(new Error("late")); }, seconds * 1000); });
  const asked = fetch(path, Object.assign({ credentials: "same-origin", cache: "no-store", signal: stop.signal }, options));
  return Promise.race([asked, late]).then((answer) => { clearTimeout(bell); return answer; },
    (error) => { clearTimeout(bell); throw error; });
}

function post(path, data, last) {
  const headers = { "Content-Type": "application/json" };
  return timed(path, { method: "POST", headers, body: JSON.stringify(data), keepalive: !!last }, 20);
}

function backOff() {
  failures = Math.min(failures + 1, 5);
  return Math.pow(2, failures) * (0.8 + Math.random() * 0.4);
}

function say(entry) {
  S.log.push(entry);
  keep();
  show(entry, true);
  pump();
}

async function pump() {
  clearTimeout(timer);
  const next = S.log.find((entry) => entry.s === "wait");
  if (gone || busy || !next) return;
  busy = true;
  let later = 0;
  try {
    const data = next.c ? { id: next.o, choice: next.c, stamp: next.n } : { id: next.o, text: next.t, campaign: next.g };
    const answer = await post("/chat/messages", data);
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) {
      failures = 0; renewed = false;
      next.s = "sent";
      hiddenUntil = said.at || hiddenUntil;
      if (next.m) next.t = MASK;
      note("");
      written(true);
      const known = S.chat;
      ready(said);
      if (!heard || (known && known !== S.chat)) connect(); // another cookie: listen with that one
    } else if (answer.status === 403 && !renewed) {
      renewed = true; // the cookie is gone: the page brings a new one
      await timed("/chat", {}, 20);
      later = 0.2;
    } else if (answer.status === 403) {
      note(W.cookies); later = 15;
    } else if (answer.status === 429 || answer.status >= 500) {
      note(said.error || W.offline); later = Math.max(+answer.headers.get("Retry-After") || 0, backOff());
    } else {
      next.s = "bad";
    }
  } catch (cut) {
    note(W.offline); later = backOff();
  }
  busy = false;
  if (gone) return;
  keep();
  mark(next);
  if (later) timer = setTimeout(pump, later * 1000); else pump();
}

// --- news

function connect() {
  if (gone) return;
  quiet();
  started = Date.now();
  const query = "?after=" + S.seq + "&chat=" + S.chat;
  if (silent > 1 || !window.EventSource) { asking++; ask(asking, 1); return; }
  source = new EventSource("/chat/stream" + query);
  source.onmessage = (event) => { alive(); take(JSON.parse(event.data)); };
  source.addEventListener("ready", (event) => { alive(); ready(JSON.parse(event.data)); });
  source.addEventListener("beat", alive);
}

function quiet() {
  if (source) source.close();
  source = null;
  asking++;
}

function alive() {
  heard = Date.now(); silent = 0;
  if (!S.log.some((entry) => entry.s === "wait")) note("");
}

async function ask(turn, failed) {
  while (!gone && turn === asking) {
    try {
      const answer = await timed("/chat/stream?wait=20&after=" + S.seq + "&chat=" + S.chat, { headers: { Accept: "application/json" } }, 40);
      if (!answer.ok) throw new Error(answer.status);
      const said = await answer.json();
      if (gone || turn !== asking) return;
      heard = Date.now(); failed = 1;
      ready(said);
      said.messages.forEach(take);
    } catch (cut) {
      if (navigator.onLine === false) note(W.offline);
      failed = Math.min(failed * 2, 30);
    }
    await new Promise((done) => setTimeout(done, failed * 1000));
  }
}

// The server's name for this chat changed: it has forgotten the old one and counts from 1 again.
function ready(said) {
  if (said.chat && said.chat !== S.chat) {
    if (S.chat) {
      S.seq = S.acked = 0;
      S.log.forEach((entry) => { if (entry.b) entry.b.step = -1; });
    }
    S.chat = said.chat;
    keep();
  }
  if (S.acked < S.seq) acknowledge();
  pump();
}

function take(news) {
  if (gone || news.seq <= S.seq) return;
  S.seq = news.seq;
  clearTimeout(ackTimer);
  ackTimer = setTimeout(acknowledge, 700);
  if (hides(news)) { keep(); return; }
  if (news.body.state === "closed") { vanish(); return; } // TUTUP in another tab
  if (beginsAfresh(news.body)) {
    forget(true);
    clear();
    S.log.forEach((entry) => show(entry, false));
  }
  if (news.body.text === undefined) { keep(); return; }
  const entry = { i: news.seq, at: Date.parse(news.at), lane: news.lane, b: news.body };
  S.log.push(entry);
  keep();
  show(entry, true);
}

function acknowledge() {
  const seq = S.seq;
  if (gone || seq <= S.acked) return;
  post("/chat/ack", { seq }).then((answer) => { if (answer.ok && S.seq >= seq) { S.acked = seq; keep(); } }, () => 0);
}

// Every few seconds: a line that went dead without a word is opened anew; after two silent ones we ask instead.
setInterval(() => {
  if (gone || !started || document.hidden || (!source && silent > 1)) return;
  const now = Date.now();
  if (!source) connect();
  else if (heard < started ? now - started > 9000 : now - heard > 40000) {
    // Never a word on this page: something on the way holds events back.
    if (navigator.onLine !== false) silent += heard ? 1 : 2;
    if (heard && heard < started) note(W.offline);
    connect();
  } else if (source.readyState === 2 && now - started > 5000) connect();
}, 3000);
window.addEventListener("online", () => { failures = 0; silent = 0; pump(); connect(); });
window.addEventListener("offline", () => note(W.offline));
window.addEventListener("pageshow", (event) => { if (event.persisted) { connect(); pump(); } });
let hiddenTimer = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  if (gone || !started) return;
  if (document.hidden) hiddenTimer = setTimeout(quiet, 60000); // saves data and battery
  else if (!source && silent < 2 || Date.now() - heard > 20000) { connect(); pump(); }
});
