// A keypad phone in the browser. It shows what the network says of one handset and does what its holder does;
// what the survey means by anything it must not know.
"use strict";

const LOOK_MS = 300;
const $ = (id) => document.getElementById(id);
const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+" };
const TONES = { 1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477], "*": [941, 1209], 0: [941, 1336], "#": [941, 1477] };
const now = { number: "", call: null, sid: "", heard: 0, texts: "", typed: "", lang: "vi", tones: Promise.resolve() };
const say = (vi, en) => (now.lang === "vi" ? vi : en);

// ---- the network

async function ask(path, body) {
  const wanted = body === undefined ? {} :
    { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch("/simulator" + path, wanted);
    const found = await answer.json();
    $("trouble").textContent = answer.ok ? "" : said(answer.status, found);
    return answer.ok ? found : null;
  } catch {
    $("trouble").textContent = say("Không liên lạc được với mạng mô phỏng. Nó có đang chạy không?",
      "The simulated network does not answer. Does it run?");
    return null;
  }
}

function said(status, found) {
  if (status === 409) return say("Máy đang bận.", "This phone is on the line.");
  return say("Mạng từ chối: ", "The network refused: ") + (found.error || found.message || status);
}

const mine = (rest = "") => `/handsets/${encodeURIComponent(now.number)}${rest}`;

function international(typed) {
  const digits = typed.replace(/[^\d+]/g, "");
  if (digits.startsWith("+")) return digits;
  if (digits.startsWith("00")) return "+" + digits.slice(2);
  return digits.startsWith("0") ? "+84" + digits.slice(1) : digits.startsWith("84") ? "+" + digits : digits;
}

// ---- sounds

let audio = null;
let ringing = null;

function tone(frequencies, seconds, loud = 0.08) {
  if (!$("sound").checked || !window.AudioContext) return;
  audio = audio || new AudioContext();
  const gain = audio.createGain();
  gain.gain.value = loud;
  gain.connect(audio.destination);
  for (const frequency of frequencies) {
    const wave = audio.createOscillator();
    wave.frequency.value = frequency;
    wave.connect(gain);
    wave.start();
    wave.stop(audio.currentTime + seconds);
  }
}

function ring(on) {
  $("phone").classList.toggle("rings", on);
  if (on && !ringing) {
    tone([425, 480], 1);
    ringing = setInterval(() => tone([425, 480], 1), 3000);
  } else if (!on) {
    clearInterval(ringing);
    ringing = null;
  }
}

const voiceOf = () => window.speechSynthesis && speechSynthesis.getVoices().find((v) => v.lang.startsWith("vi"));

function speak(words, url) {
  if (!$("aloud").checked) return;
  if (url) new Audio(url).play().catch(() => undefined);  // no such recording: the captions are there
  else if (voiceOf()) {
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = "vi-VN";
    utterance.voice = voiceOf();
    speechSynthesis.speak(utterance);
  }
}

const hush = () => window.speechSynthesis && speechSynthesis.cancel();

function tellVoice() {
  $("voice").textContent = voiceOf() ? "" : say("Trình duyệt này không có giọng tiếng Việt: lời nói hiện bằng chữ trên màn hình.",
    "This browser has no Vietnamese voice: what is said stands on the screen.");
}

// ---- what is shown

function show(seen) {
  const call = seen.call;
  const other = call || seen.last;
  const rings = Boolean(call && call.status === "ringing" && !call.made_here);
  if (other && other.sid !== now.sid) {
    now.sid = other.sid;
    now.heard = 0;
    now.typed = "";
    $("heard").replaceChildren();
  }
  if (now.call && !call) hush();
  now.call = call;
  ring(rings);
  $("state").textContent = state(call, seen.last);
  $("other").textContent = other ? other.other : "";
  for (const prompt of seen.heard.slice(now.heard)) hear(prompt);
  now.heard = seen.heard.length;
  $("typed").textContent = now.typed;
  showTexts(seen.texts);
}

function state(call, last) {
  if (call && call.status === "ringing") return call.made_here ? say("Đang gọi…", "Calling…") : say("Có cuộc gọi đến", "Incoming call");
  if (call) return say("Đang nói chuyện", "In a call");
  if (!last) return say("Sẵn sàng", "Ready");
  const minutes = `${Math.floor(last.duration / 60)}:${String(last.duration % 60).padStart(2, "0")}`;
  if (last.answered) return say("Đã kết thúc · ", "Call ended · ") + minutes;
  return last.made_here ? say("Không gọi được", "No answer") : say("Cuộc gọi nhỡ", "Missed call");
}

function hear(prompt) {
  const line = document.createElement("p");
  line.lang = "vi";
  line.textContent = prompt.words || say("♪ (lời ghi âm)", "♪ (a recording)");
  $("heard").append(line);
  $("heard").scrollTop = $("heard").scrollHeight;
  speak(prompt.words, prompt.url);
}

function showTexts(texts) {
  const print = texts.map((text) => text.sid).join();
  if (print === now.texts) return;
  const fresh = now.texts && texts.some((text) => !text.written_here && !now.texts.includes(text.sid));
  now.texts = print;
  $("bubbles").replaceChildren(...texts.map(bubble));
  $("thread").scrollTop = $("thread").scrollHeight;
  if (fresh) tone([1320], 0.15);
}

function bubble(text) {
  const item = document.createElement("li");
  item.className = text.written_here ? "mine" : "";
  item.textContent = text.body;
  const about = document.createElement("small");
  const at = new Date(text.at).toLocaleString(now.lang === "vi" ? "vi-VN" : "en-GB",
    { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit" });
  about.textContent = `${text.written_here ? "→" : "←"} ${text.other} · ${at}`;
  item.append(about);
  return item;
}

// ---- what the holder does

function press(key, button) {
  tone(TONES[key], 0.15);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), 120);
  now.typed += key;
  $("typed").textContent = now.typed;
  if (now.number && now.call && now.call.status === "in-progress") {
    hush();
    const path = mine("/key");
    now.tones = now.tones.then(() => ask(path, { key }));  // one after the other: two requests under way may change places
  }
}

async function green() {
  if (!now.number) return;
  if (now.call && !now.call.made_here) await ask(mine("/pick-up"), {});
  else if (!now.call) {
    const to = now.typed ? international(now.typed) : $("ring-to").value;
    now.typed = "";
    await ask(mine("/call"), { to });
  }
  await look();
}

async function red() {
  hush();
  if (now.number && now.call) await ask(mine("/hang-up"), {});
  now.typed = "";
  if (now.number) await look();
}

async function take(event) {
  event.preventDefault();
  const wanted = international($("number").value);
  if (!/^\+\d{8,15}$/.test(wanted)) {
    $("holder").textContent = say("Số này không đọc được.", "This number cannot be read.");
    return;
  }
  if (now.number && now.number !== wanted) await give();
  now.number = wanted;
  now.texts = now.sid = "";
  await ask(mine("/hold"), { held: true });
  $("holder").textContent = say(`Bạn đang cầm máy ${wanted}. Người trong làng không trả lời thay nữa.`,
    `You hold ${wanted}. Its villager no longer answers.`);
  $("give").hidden = false;
  await look();
}

async function give() {
  await ask(mine("/hold"), { held: false });
  now.number = "";
  now.call = null;
  ring(false);
  hush();
  $("give").hidden = true;
  $("holder").textContent = "";
  $("state").textContent = "—";
}

async function send(event) {
  event.preventDefault();
  if (!now.number || !$("text-to").value) return;
  if (await ask(mine("/text"), { to: $("text-to").value, body: $("body").value })) $("body").value = "";
  await look();
}

let looking = false;

async function look() {
  if (!now.number || looking) return;
  looking = true;
  const seen = await ask(mine());
  looking = false;
  if (seen && seen.number === now.number) show(seen);
}

// ---- the page

function layKeys() {
  for (const key of "123456789*0#") {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = key;
    button.textContent = key;
    const letters = document.createElement("small");
    letters.textContent = LETTERS[key] || "";
    letters.setAttribute("aria-hidden", "true");
    button.append(letters);
    button.setAttribute("aria-label", key === "*" ? "sao" : key === "#" ? "thăng" : key);
    button.addEventListener("click", () => press(key, button));
    $("keys").append(button);
  }
}

function byKeyboard(event) {
  if (event.target.matches("input, select") || event.ctrlKey || event.altKey || event.metaKey) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) press(event.key, button);
  else if (event.key === "Escape") red();
  else if (event.key === "Enter" && !event.target.matches("button")) green();
}

function inLanguage(lang) {
  now.lang = document.documentElement.lang = lang;
  for (const element of document.querySelectorAll("[data-en]")) {
    element.dataset.vi = element.dataset.vi || element.textContent;
    element.textContent = element.dataset[lang];
  }
  for (const element of document.querySelectorAll("[data-en-label]")) {
    element.dataset.viLabel = element.dataset.viLabel || element.getAttribute("aria-label");
    element.setAttribute("aria-label", element.dataset[lang + "Label"]);
  }
  $("language").textContent = lang === "vi" ? "English" : "Tiếng Việt";
  $("language").lang = lang === "vi" ? "en" : "vi";
  tellVoice();
}

async function offer() {
  const people = (await ask("/handsets")) || [];
  $("village").replaceChildren(...people.map((one) => new Option(one.persona, one.number)));
  const numbers = (await ask("/numbers")) || [];
  for (const [place, hook] of [["ring-to", "voice_url"], ["text-to", "sms_url"]]) {
    const reached = numbers.filter((one) => one[hook]);
    $(place).replaceChildren(...reached.map((one) => new Option(one.number, one.number)));
  }
}

layKeys();
offer();
inLanguage("vi");
if (window.speechSynthesis) speechSynthesis.addEventListener("voiceschanged", tellVoice);
$("choose").addEventListener("submit", take);
$("give").addEventListener("click", give);
$("write").addEventListener("submit", send);
$("green").addEventListener("click", green);
$("red").addEventListener("click", red);
$("erase").addEventListener("click", () => { now.typed = now.typed.slice(0, -1); $("typed").textContent = now.typed; });
$("language").addEventListener("click", () => inLanguage(now.lang === "vi" ? "en" : "vi"));
document.addEventListener("keydown", byKeyboard);
setInterval(look, LOOK_MS);
