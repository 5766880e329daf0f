// /chat?start=WORD: where somebody comes from, told once, with the first word.
const campaign = new URLSearchParams(location.search).get("start") || undefined;
if (campaign) history.replaceState(null, "", "/chat");

function write(text, from) {
  if (!text.trim()) return;
  if (isClose(text)) { leave(); return; }
  const masked = isPin(text);
  say({ o: newId(), at: Date.now(), t: text, s: "wait", m: masked ? 1 : undefined, g: from });
}

function grow() {
  input.style.height = "auto";
  input.style.height = Math.min(input.scrollHeight + 3, 132) + "px";
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value;
  input.value = "";
  grow();
  write(text.trim());
});
input.addEventListener("input", grow);
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("send").click();
  }
});
$("out").onclick = leave;

$("form").hidden = $("out").hidden = false;
hiding = !!leftMark();
if (hiding) { try { sessionStorage.removeItem(KEY); } catch (none) { /* nothing there */ } } else recall();
if (leftMark().length > 1) goodbye(leftMark(), 1);
box.setAttribute("aria-busy", "true"); // what was read before is not read out again
S.log.forEach((entry) => show(entry, false));
if (S.log.length) toEnd(); else welcome();
setTimeout(() => box.removeAttribute("aria-busy"), 500);
connect();
pump();
