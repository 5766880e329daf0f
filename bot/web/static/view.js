// What is seen: bubbles, choices, sound, picture, file.

const $ = (id) => document.getElementById(id);
const box = $("log"), list = $("in"), input = $("text"), bar = $("net"), down = $("down");
const nodes = new Map();
let away = false, lastTop = 0, lastDay = "", dots = null, dotsTimer = 0;

function clear() {
  list.textContent = "";
  nodes.clear();
  lastDay = ""; dots = null; away = false; down.hidden = true;
}

function note(words) {
  if (bar.dataset.words === words && bar.hidden === !words) return;
  bar.dataset.words = words;
  bar.textContent = "";
  bar.hidden = !words;
  if (words) bar.append(el("p", "", words), sos());
}

function sos() {
  const row = el("div", "sos");
  row.append(el("p", "", W.sos));
  W.emergency.forEach(([country, ...numbers]) => {
    const group = el("span", "", country + " ");
    numbers.forEach((number) => group.append(tel(number, country)));
    row.append(group);
  });
  return row;
}

function welcome() {
  const card = el("div", "card"), start = el("button", "big", W.start);
  start.type = "button";
  start.onclick = () => { card.remove(); input.focus({ preventScroll: true }); input.blur(); write(W.start_text, campaign); };
  card.append(el("h2", "", W.hello), el("p", "", W.intro), start, sos());
  card.id = "card";
  list.append(card);
}

function show(entry, isNew) {
  const card = $("card");
  if (card) card.remove();
  if (entry.b) written(false);
  const today = day(entry.at);
  if (today !== lastDay) list.append(el("div", "day", today));
  lastDay = today;
  const node = entry.b ? theirs(entry) : mine(entry);
  if (isNew) node.classList.add("new");
  nodes.set(entry, node);
  list.insertBefore(node, dots);
  live();
  if (isNew) follow(node, !entry.b);
  return node;
}

function mine(entry) {
  const node = el("article", "msg me"), bubble = el("div", "bubble");
  bubble.append(el("span", "vh", W.me + ": "), entry.m ? MASK : entry.t, el("span", "state"));
  node.append(bubble);
  nodes.set(entry, node);
  mark(entry);
  return node;
}

function mark(entry) {
  const node = nodes.get(entry);
  if (!node) return;
  const state = node.querySelector(".state");
  state.textContent = clock(entry.at) + (entry.s === "wait" ? " · " + W.waiting + "…" : entry.s === "bad" ? " · " + W.bad : " ✓");
  if (entry.s === "sent") state.append(el("span", "vh", W.sent));
  state.classList.toggle("bad", entry.s === "bad");
  if (entry.s === "bad") live();
}

function theirs(entry) {
  const body = entry.b, node = el("article", "msg" + (entry.lane === 0 ? " alarm" : "")), bubble = el("div", "bubble");
  const time = el("time", "", clock(entry.at));
  time.dateTime = new Date(entry.at).toISOString();
  bubble.append(el("span", "vh", W.bot + ": "), textNodes(body.text, body.lang));
  if (body.sound && body.sound.url) bubble.append(sound(body.sound));
  if (body.picture && body.picture.url) bubble.append(picture(body.picture));
  if (body.print && body.print.url) bubble.append(drawn(body.print));
  if (body.document) bubble.append(file(body.document));
  bubble.append(time);
  node.append(bubble);
  if (body.choices) node.append(buttons(entry, body.choices, "choices"));
  if (body.nav) node.append(buttons(entry, body.nav, "nav"));
  return node;
}

function buttons(entry, choices, kind) {
  const group = el("div", kind);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", kind === "nav" ? W.ways : W.choices);
  if (choices.length > 2 && choices.every((choice) => choice.label.length <= 9)) group.classList.add("short");
  choices.forEach((choice, index) => {
    const button = el("button", choice.key === "danger" ? "alarm" : "");
    button.type = "button";
    if (kind === "choices") button.append(el("b", "", String(index + 1)), el("span", "", choice.label));
    else button.append(...({ back: 1, menu: 1, help: 1 }[choice.key] ? [icon(choice.key)] : []), (choice.key === "back" ? "0 " : "") + choice.label);
    if (entry.chosen === choice.key) button.classList.add("chosen");
    button.onclick = () => {
      if (button.disabled || button.getAttribute("aria-disabled")) return;
      entry.chosen = choice.key;
      button.classList.add("chosen");
      say({ o: newId(), at: Date.now(), t: (kind === "choices" ? index + 1 + " " : "") + choice.label, c: choice.key, n: entry.b.step, s: "wait" });
    };
    group.append(button);
  });
  return group;
}

// Only the buttons of the newest step can be tapped, and not while a tap is on its way. An announcement has an older
// step or none: it takes nobody's buttons away.
function live() {
  let step = -1, tapped = null;
  S.log.forEach((entry) => {
    if (entry.b) { step = Math.max(step, entry.b.step || 0); tapped = null; }
    else if (entry.c && entry.s !== "bad" && !entry.over) tapped = entry;
  });
  nodes.forEach((node, entry) => {
    if (!entry.b) return;
    const old = (entry.b.step || 0) !== step, waits = !old && !!tapped;
    node.classList.toggle("old", old);
    node.classList.toggle("busy", waits);
    if (!old && !waits) entry.chosen = "";
    node.querySelectorAll("button:not(.big)").forEach((button) => {
      if (!old && !waits) button.classList.remove("chosen");
      // The one that has the focus keeps it, so that the next Tab goes on from there.
      const held = button === document.activeElement;
      button.disabled = (old || waits) && !held;
      if ((old || waits) && held) {
        if (button.getAttribute("aria-disabled")) return;
        button.setAttribute("aria-disabled", "true");
        button.addEventListener("blur", () => { button.removeAttribute("aria-disabled"); live(); }, { once: true });
      } else button.removeAttribute("aria-disabled");
    });
  });
}

// Somebody is writing. Without an answer for 20 seconds the buttons work again.
function written(begins) {
  clearTimeout(dotsTimer);
  if (!begins) { if (dots) dots.remove(); dots = null; return; }
  dotsTimer = setTimeout(() => {
    written(false);
    S.log.forEach((entry) => { if (entry.c && entry.s === "sent") entry.over = 1; });
    live();
  }, 20000);
  if (dots || (S.log[S.log.length - 1] || {}).b) return;
  dots = el("div");
  dots.id = "dots";
  dots.setAttribute("aria-hidden", "true");
  dots.append(el("i"), el("i"), el("i"));
  list.append(dots);
  if (!away) follow(dots, false);
}

// --- sound, picture, file: loaded only when asked for

function sound(media) {
  const part = el("div", "media"), player = el("audio"), name = W.sound + ", " + media.size;
  player.controls = true;
  player.preload = "none";
  player.src = media.url;
  player.setAttribute("aria-label", name);
  part.append(el("p", "", name), player);
  return part;
}

function picture(media) {
  const part = el("div", "media"), load = el("button", "big");
  let tries = 0;
  load.type = "button";
  load.append(icon("picture"), W.picture + " (" + media.size + ")");
  load.onclick = () => {
    const image = el("img");
    image.alt = media.alt || "";
    image.onload = () => follow(part, false);
    image.onerror = () => { image.remove(); load.hidden = false; load.lastChild.textContent = W.picture_failed; };
    load.hidden = true;
    image.src = media.url + (tries++ ? "?" + tries : "");
    part.append(image);
  };
  part.append(load);
  return part;
}

// Drawn for this message: a picture is looked at and saved, all else is saved under its neutral name.
function drawn(print) {
  const link = el("a", "big"), part = print.mime.startsWith("image/") ? picture({ url: print.url, alt: print.title, size: print.size }) : el("div", "media");
  link.href = print.url;
  link.download = print.name;
  link.append(icon("file"), W.download + ": " + print.title + " (" + print.size + ")");
  part.append(link);
  return part;
}

function file(document_) {
  const part = el("div", "media");
  if (document_.text === undefined) { part.append(el("p", "", W.document_gone)); return part; }
  const link = el("a", "big");
  const kind = /^[\w.+-]+\/[\w.+-]+$/.test(document_.mime) && document_.mime.startsWith("text/plain") ? document_.mime : "application/octet-stream";
  link.href = URL.createObjectURL(new Blob([document_.text], { type: kind + (kind === "text/plain" ? ";charset=utf-8" : "") }));
  link.download = document_.name;
  link.append(icon("file"), W.document + ": " + document_.name);
  part.append(link);
  return part;
}

// --- scrolling: what I wrote and the answer below it; never away from what somebody is reading

function follow(node, own) {
  if (own) away = false;
  if (away) { down.hidden = false; return; }
  const asked = lastOwn(), anchor = nodes.get(asked), end = node.offsetTop + Math.min(node.offsetHeight, 160);
  const both = anchor && anchor.offsetTop < node.offsetTop && (Date.now() - asked.at < 20000 || end - anchor.offsetTop < box.clientHeight);
  box.scrollTop = (both ? anchor : node).offsetTop - 10;
  lastTop = box.scrollTop;
}

function toEnd() {
  box.scrollTop = box.scrollHeight;
  lastTop = box.scrollTop;
  away = false;
  down.hidden = true;
}

box.addEventListener("scroll", () => {
  const rest = box.scrollHeight - box.scrollTop - box.clientHeight;
  if (rest < 60) { away = false; down.hidden = true; } else if (box.scrollTop < lastTop - 60) away = true;
  lastTop = Math.max(lastTop, box.scrollTop);
}, { passive: true });
down.onclick = toEnd;
let height = box.clientHeight;
if (window.ResizeObserver) new ResizeObserver(() => { // the keyboard came up
  if (box.clientHeight < height && !away && S.log.length) box.scrollTop += height - box.clientHeight;
  height = box.clientHeight;
}).observe(box);
