/** The page: its controls, its one run, and what is shown once a frame. */

import {putInAddress} from "./address.js";
import {element, tryTo} from "./browser.js";
import {fillControls, readControls} from "./controls.js";
import {prepareCurlLines, showOwnCurlLine} from "./curl.js";
import {ballTexts, drawNumbers, fillBalls, readDraw} from "./draw.js";
import {makeDrums, showDrums} from "./drums.js";
import {showFigures} from "./figures.js";
import {Run} from "./run.js";
import {fetchBuyer, stream} from "./stream.js";
import {grouped} from "./text.js";
import {showBest, showTickets} from "./tickets.js";
import {makeTiers, showTiers} from "./tiers.js";

const PICTURE_MILLIS = 30; // between two updates: more of them would only cost rows
const CALM_MILLIS = 500; // the same, for those who want less motion
const NOTHING_SHOWN = {rows: -1, winning: null};

const lessMotion = tryTo(() => matchMedia("(prefers-reduced-motion: reduce)"));
let winning = null;
let run = new Run({rows: "", rate: "", seed: "", drop: ""});
let shown = NOTHING_SHOWN; // of this run, in the last frame
let shownAt = -Infinity;
let nextFrame = 0;

prepare();

function prepare() {
  makeTiers();
  makeDrums();
  const given = new URLSearchParams(location.search);
  fillControls(given);
  fillBalls((given.get("numbers") ?? "").match(/\d+/g) ?? []);
  prepareCurlLines();
  showOwnCurlLine();
  element("controls").addEventListener("input", showOwnCurlLine);
  element("controls").addEventListener("submit", start);
  element("rate").addEventListener("change", changeRate);
  element("stop").addEventListener("click", () => run.stop());
  element("go-on").addEventListener("click", goOn);
  element("keep").addEventListener("click", keepSeed);
  element("draw").addEventListener("input", changeDraw);
  element("draw-button").addEventListener("click", () => changeBalls(drawNumbers()));
  element("clear").addEventListener("click", () => changeBalls([]));
  winning = readDraw();
  show();
}

function start(event) {
  event.preventDefault();
  if (run.isRunning()) {
    return;
  }
  run = new Run(readControls());
  shown = NOTHING_SHOWN;
  element("tickets").replaceChildren();
  streamRows("Streaming.");
}

function goOn() {
  tryTo(() => element("stop").focus()); // the button disappears, and the focus would go with it
  run.asked.rate = element("rate").value;
  streamRows(`Going on from row ${grouped(run.rowsReceived + 1)}.`);
}

function changeRate() {
  if (run.isRunning()) {
    run.changeRate(element("rate").value);
  }
}

async function streamRows(sentence) {
  say("running", sentence);
  changeAddress();
  const end = await stream(run, {
    winning: () => winning,
    partBegins: () => {
      shownAt = -Infinity; // so that the buttons change at once
      show();
    },
    seedIsKnown: changeAddress, // if the server chose it, too: another reader of it gets this run
  });
  say(end.state, end.sentence);
  show();
  showBuyerOfBest(); // again, if no stream was free for it
}

/** Only for the start and the end: a screen reader reads this aloud. */
function say(state, sentence) {
  run.state = state;
  run.sentence = sentence;
  element("status").dataset.state = state;
  element("status").textContent = sentence;
}

// ---- The draw ----

function changeBalls(balls) {
  fillBalls(balls);
  changeDraw();
}

function changeDraw() {
  winning = readDraw();
  run.countAgain(winning);
  showBuyerOfBest();
  changeAddress();
  show();
}

async function showBuyerOfBest() {
  if (run.tally.bestTicket?.place === "") {
    await fetchBuyer(run, run.tally.bestTicket);
    showBest(run, winning);
  }
}

// ---- Once a frame: what has come is shown ----

function show() {
  cancelAnimationFrame(nextFrame);
  if (run.isRunning()) {
    nextFrame = requestAnimationFrame(show);
    const pause = lessMotion?.matches ? CALM_MILLIS : PICTURE_MILLIS;
    if (performance.now() - shownAt < pause) {
      return;
    }
    showSilence();
  }
  showFigures(run);
  if (run.rowsReceived !== shown.rows || winning !== shown.winning) {
    showTickets(run, winning, shown);
    showBest(run, winning);
    showTiers(run, winning);
    showDrums(run);
  }
  shown = {rows: run.rowsReceived, winning};
  shownAt = performance.now();
}

/** No break, but no row either: the network or the server may hang. */
function showSilence() {
  const seconds = run.silentSeconds();
  const sentence = seconds === 0 ? run.sentence : `No row for ${grouped(seconds)} s.`;
  if (element("status").textContent !== sentence) {
    element("status").textContent = sentence;
  }
}

// ---- The seed and the address ----

function keepSeed() {
  element("seed").value = run.seed;
  tryTo(() => element("seed").focus());
  showOwnCurlLine();
}

/** Everything it takes to see the same again. */
function changeAddress() {
  const asked = run.state === "ready" ? readControls() : run.asked;
  const {rows, rate, drop} = asked;
  const parts = new URLSearchParams({rows, rate, seed: run.seed || asked.seed});
  if (drop !== "") {
    parts.set("drop", drop);
  }
  if (winning !== null) {
    parts.set("numbers", ballTexts().join(" "));
  }
  putInAddress(parts);
}
