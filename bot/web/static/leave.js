// TUTUP: at once, also without signal. The screen becomes a calendar, the tab forgets, the word goes to the server.

// After TUTUP everything is passed over until its answer, so that nothing from before shows again; or until an answer
// to what was written since then.
let hiding = false, hiddenUntil = "";

function isClose(text) {
  return /^\s*(tutup|tutuq|tutup cepat|keluar cepat)[\s.!]*$/i.test(text);
}

function hides(news) {
  if (!hiding) return false;
  const closed = news.body.state === "closed";
  if (closed || (hiddenUntil && news.at > hiddenUntil)) { hiding = false; leftMark(""); }
  return hiding || closed;
}

function leave() {
  if (gone) return;
  vanish();
  const id = newId();
  leftMark(id);
  goodbye(id, 1);
}

function vanish() {
  calendar();
  gone = true;
  forget();
  quiet();
  history.replaceState(null, "", "/kalender");
}

function goodbye(id, wait) {
  post("/chat/messages", { id, text: "TUTUP" }, true).then((answer) => {
    if (answer.status >= 500 || answer.status === 429) throw new Error();
    if (leftMark() === id) leftMark("-");
  }).catch(() => setTimeout(goodbye, wait * 1000, id, Math.min(wait * 2, 30)));
}

function calendar() {
  const now = new Date(), first = new Date(now.getFullYear(), now.getMonth(), 1);
  document.title = W.calendar;
  document.body.textContent = "";
  document.body.className = "calendar";
  const table = el("table"), head = el("tr");
  W.days.forEach((name) => { const cell = el("th", "", name.slice(0, 3)); cell.scope = "col"; head.append(cell); });
  table.append(head);
  const days = new Date(now.getFullYear(), now.getMonth() + 1, 0).getDate();
  for (let row = null, number = 1 - first.getDay(); number <= days; number++) {
    if (!row || row.childNodes.length === 7) { row = el("tr"); table.append(row); }
    row.append(el("td", number === now.getDate() ? "today" : "", number > 0 ? String(number) : ""));
  }
  const back = el("a", "", W.back);
  back.href = "/chat";
  const page = el("main");
  page.append(el("h1", "", W.months[now.getMonth()] + " " + now.getFullYear()), table, back);
  document.body.append(page);
}
