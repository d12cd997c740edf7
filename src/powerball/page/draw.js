/** The winning numbers: typed, or drawn by the button. */

import {element} from "./browser.js";
import {POWERBALLS, WHITE_BALLS, WHITE_BALLS_DRAWN, newDraw} from "./rules.js";

/** The numbers as they stand in the fields. */
export function ballTexts() {
  return ballFields().map(field => field.value.trim());
}

function ballFields() {
  return [...element("draw").querySelectorAll(".ball")];
}

export function drawNumbers() {
  const white = new Set();
  while (white.size < WHITE_BALLS_DRAWN) {
    white.add(1 + Math.floor(Math.random() * WHITE_BALLS)); // a ball already drawn changes nothing
  }
  const ascending = [...white].sort((a, b) => a - b);
  return [...ascending, 1 + Math.floor(Math.random() * POWERBALLS)];
}

export function fillBalls(balls) {
  ballFields().forEach((field, i) => field.value = balls[i] ?? "");
}

/** The draw, or null while it is not a valid one; the hint below it says why. */
export function readDraw() {
  const fields = ballFields();
  const texts = ballTexts();
  const problems = texts.map((text, i) => ballProblem(texts, i));
  fields.forEach((field, i) => field.setAttribute("aria-invalid", problems[i] !== ""));
  const problem = problems.find(text => text !== "");
  const complete = texts.every(text => text !== "");
  element("hint").textContent = problem ?? drawHint(texts, complete);
  if (problem !== undefined || !complete) {
    return null;
  }
  return newDraw(texts.slice(0, WHITE_BALLS_DRAWN), Number(texts[WHITE_BALLS_DRAWN]));
}

function drawHint(texts, complete) {
  if (complete) {
    return "Share this page's address to repeat the same run and draw.";
  }
  return texts.some(text => text !== "")
      ? `Five white balls, 1 to ${WHITE_BALLS}, and a Powerball, 1 to ${POWERBALLS}.`
      : "Draw or type them, now or later: tickets already received are checked too.";
}

function ballProblem(texts, i) {
  const most = i < WHITE_BALLS_DRAWN ? WHITE_BALLS : POWERBALLS;
  const name = i < WHITE_BALLS_DRAWN ? "A white ball" : "The Powerball";
  if (texts[i] !== "" && !(/^\d{1,9}$/.test(texts[i]) && texts[i] >= 1 && texts[i] <= most)) {
    return `${name} must be a whole number from 1 to ${most}, not "${texts[i]}".`;
  }
  const before = texts.slice(0, Math.min(i, WHITE_BALLS_DRAWN)).map(Number);
  const twice = i < WHITE_BALLS_DRAWN && texts[i] !== "" && before.includes(Number(texts[i]));
  return twice ? `The white balls must be different: ${texts[i]} appears twice.` : "";
}
