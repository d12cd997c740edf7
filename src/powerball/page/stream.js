/** How the rows of a run come from the server, and go on after a break. */

import {grouped, rowsAsText} from "./text.js";

const BALL_COLUMNS = ["powerball_1", "powerball_2", "powerball_3", "powerball_4", "powerball_5",
  "powerball_number"];
// Where the page came from. A proxy may have put the server below a path.
export const SERVER_URL = location.origin + location.pathname;
const WORK_MILLIS = 10; // without a pause: more would be felt when scrolling or clicking

const toMyself = new MessageChannel();

/**
 * Streams the missing rows of a run. Returns its state and a sentence. `page` says which numbers
 * have been drawn, and is told when a part begins and when the seed is known.
 */
export async function stream(run, page) {
  let end = await streamPart(run, page);
  while (run.rateChanged && end.state === "stopped") {
    end = await streamPart(run, page);
  }
  return end;
}

async function streamPart(run, page) {
  run.rateChanged = false;
  run.beginPart();
  run.request = new AbortController();
  page.partBegins();
  const end = await outcome(run, page);
  run.request.abort(); // if it ended on this side, the server must learn of it
  run.endPart();
  end.sentence ??= `Complete: ${rowsAsText(run.rowsReceived)} in ${run.elapsed()}${run.inParts()}.`;
  return end;
}

/** Streams to the end, whatever that is. Returns its state and, unless complete, a sentence. */
async function outcome(run, page) {
  let answered = false;
  try {
    const options = {cache: "no-store", signal: run.request.signal};
    const response = await fetch(drawingUrl(missingRows(run)), options);
    if (!response.ok || !response.headers.has("Drawing-Seed")) {
      return {state: "refused", sentence: "The server refused: " + await readDetail(response)};
    }
    answered = true;
    run.seed = response.headers.get("Drawing-Seed");
    page.seedIsKnown();
    await receive(response.body.getReader(), run, page);
    return run.rowsReceived === run.rowsAsked ? {state: "complete"}
        : broken(`The stream ended after ${run.rowsOfAsked()}: the server failed.`);
  } catch (failure) {
    if (run.request.signal.aborted) {
      return {state: "stopped", sentence: `Stopped after ${run.rowsOfAsked()}.`};
    }
    if (failure instanceof OtherRows) {
      return broken(`Row ${grouped(run.rowsReceived)} has changed: the server now makes other rows`
          + " of this seed.");
    }
    const failed = "the server or the connection failed.";
    return broken(answered ? `The stream broke after ${run.rowsOfAsked()}: ${failed}`
        : `No answer came: ${failed}`);
  }
}

function broken(sentence) {
  return {state: "broken", sentence};
}

/** From the last row on that has come: another server, or other names, would make it differ. */
function missingRows(run) {
  const {rows, rate, seed} = run.asked;
  const from = run.rowsReceived - 1;
  return from < 0 ? {rows, rate, seed} : {rows: run.rowsAsked - from, rate, seed: run.seed, from};
}

class OtherRows extends Error {
}

/** The sentence in a problem response (RFC 9457). */
async function readDetail(response) {
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? `it answered with status ${response.status} and gave no reason.`;
}

async function receive(reader, run, page) {
  const decoder = new TextDecoder();
  let unfinished = ""; // the start of a line whose end is in a later chunk
  let rested = performance.now();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const lines = (unfinished + decoder.decode(chunk.value, {stream: true})).split("\n");
    unfinished = lines.pop();
    run.rowsArrive();
    for (const line of lines) {
      takeLine(run, line, page.winning());
    }
    if (performance.now() - rested > WORK_MILLIS) {
      await letBrowserWork();
      rested = performance.now();
    }
  }
}

function takeLine(run, line, winning) {
  if (run.lastLineIsDue) {
    run.lastLineIsDue = false;
    if (line !== run.lastLine) {
      throw new OtherRows();
    }
    return;
  }
  run.lastLine = line;
  run.take(makeTicket(JSON.parse(line), run.rowsReceived + 1), winning);
}

/** A row as the page needs it. Numbers count from 1. */
function makeTicket(row, number) {
  return {
    number,
    buyer: row.first_name + " " + row.last_name,
    place: row.city + ", " + row.state,
    balls: BALL_COLUMNS.map(column => row[column]),
  };
}

/** A message to itself waits for frames and clicks that are due. Timers lag in a hidden page. */
function letBrowserWork() {
  return new Promise(resolve => {
    toMyself.port1.onmessage = resolve;
    toMyself.port2.postMessage(null);
  });
}

/** Only balls are kept. But a ticket is a function of seed and number: it can be fetched again. */
export async function fetchBuyer(run, ticket) {
  try {
    const url = drawingUrl({rows: 1, rate: "", seed: run.seed, from: ticket.number - 1});
    const response = await fetch(url);
    Object.assign(ticket, makeTicket(JSON.parse(await response.text()), ticket.number));
  } catch {
    ticket.buyer = "The server did not say who the buyer is";
  }
}

export function drawingUrl({rows, rate, seed, from = 0}) {
  return SERVER_URL + "drawing/" + encode(rows) + "?format=ndjson"
      + (seed && "&seed=" + encode(seed)) + (rate && "&rate=" + encode(rate))
      + (from > 0 ? "&from=" + from : "");
}

/** Encodes ! as well, which bash reads inside the quotes of a curl line. */
function encode(text) {
  return encodeURIComponent(text).replaceAll("!", "%21");
}
