// Text as nodes: *bold*, numbers to tap. Only text nodes are made, never HTML of what came in.

const CODES = W.codes.map((code) => code.replace(/[^\d-]/g, ""));
// +60 …, +62 …; a code that only works inside its country counts at the start of a line, after a colon or a bracket.
const NUMBER = new RegExp(
  "\\+\\d[\\d ()-]{6,18}\\d|(^|: |\\()(" + (CODES.join("|") || "999") +
  ")(?![-.,]?\\d|\\w| ?(?:%|ribu|juta|ringgit|rupiah|orang|hari|tahun|jam|kB|RM|Rp))", "g");

function el(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
}

function icon(name) {
  const NS = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(NS, "svg"), use = document.createElementNS(NS, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#i-" + name);
  use.setAttributeNS("http://www.w3.org/1999/xlink", "xlink:href", "#i-" + name); // old WebViews
  svg.appendChild(use);
  return svg;
}

function tel(number, whose) {
  const link = el("a", "tel");
  link.href = "tel:" + number.replace(/[^\d+]/g, "");
  link.setAttribute("aria-label", W.call + " " + number + (whose ? " " + whose : ""));
  link.append(icon("phone"), number);
  return link;
}

// [words, bold] pairs; the rule of bot/channels/text.py: inside a line, at the edges of words.
function runs(line) {
  const found = [], star = /\*(?=[^\s*])([^*]*[^\s*])\*/g, word = /[\w*\u00c0-\u024f]/;
  let done = 0, hit;
  while ((hit = star.exec(line))) {
    const before = line[hit.index - 1] || " ", after = line[star.lastIndex] || " ";
    if (word.test(before) || word.test(after)) { star.lastIndex = hit.index + 1; continue; }
    if (hit.index > done) found.push([line.slice(done, hit.index), false]);
    found.push([hit[1], true]);
    done = star.lastIndex;
  }
  if (done < line.length) found.push([line.slice(done), false]);
  return found;
}

function numbered(words, into, first) {
  let done = 0, hit, leads = false;
  NUMBER.lastIndex = 0;
  while ((hit = NUMBER.exec(words))) {
    const lead = hit[1] || "", start = hit.index + lead.length;
    if (hit[2] && !lead && !first) continue; // the start of a run is not the start of a line
    if (start > done) into.append(words.slice(done, start));
    into.append(tel(hit[2] || hit[0]));
    leads = leads || (first && start === 0);
    done = NUMBER.lastIndex;
  }
  if (done < words.length) into.append(words.slice(done));
  return leads;
}

// The lines of a text, each a block; a paragraph that begins with "*Sasak:*" is marked as Sasak.
function textNodes(text, language) {
  const all = document.createDocumentFragment();
  text.trim().split(/\n\s*\n/).forEach((paragraph, index) => {
    const sasak = paragraph.startsWith("*Sasak:*");
    const box = el("div", sasak ? "sas" : "");
    if (sasak) box.lang = "sas"; else if (language) box.lang = language;
    paragraph.split("\n").forEach((line, row) => {
      const block = el("div", "line" + (index && !row ? " gap" : ""));
      let into = block;
      runs(line).forEach(([words, bold], run) => {
        const part = bold ? el("strong") : document.createDocumentFragment();
        const leads = numbered(words, part, !run);
        if (leads) { // the number to tap, what it is beside or below it
          block.classList.add("num");
          block.append(part.firstChild);
          into = block.appendChild(el("span"));
        }
        into.append(part);
      });
      box.append(block);
    });
    all.append(box);
  });
  return all;
}

function clock(at) {
  const when = new Date(at);
  return String(when.getHours()).padStart(2, "0") + "." + String(when.getMinutes()).padStart(2, "0");
}

function day(at) {
  const when = new Date(at), midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const ago = Math.ceil((midnight - when) / 864e5);
  if (ago <= 0) return W.today;
  return ago === 1 ? W.yesterday : W.days[when.getDay()] + ", " + when.getDate() + " " + W.months[when.getMonth()];
}
