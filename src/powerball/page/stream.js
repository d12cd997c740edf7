/** How the rows of a run come from the server, and go on after a break. */

import {rowsAsText} from "./text.js";

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

/** Streams to the end, however it comes. Returns its state and, unless complete, a sentence. */
async function outcome(run, page) {
  let answered = false;
  try {
    const response = await ask(run, missingRows(run), run.request.signal);
    answered = true;
    run.seed = response.headers.get("Drawing-Seed");
    run.names = response.headers.get("Drawing-Names");
    page.seedIsKnown();
    await receive(response.body.getReader(), run, page);
    return run.rowsReceived === run.rowsAsked ? {state: "complete"}
        : broken(`The stream ended after ${run.rowsOfAsked()}: the server failed.`);
  } catch (failure) {
    if (run.request.signal.aborted) {
      return {state: "stopped", sentence: `Stopped after ${run.rowsOfAsked()}.`};
    }
    if (failure instanceof Refusal) {
      return {state: "refused", sentence: failure.message};
    }
    const failed = "the server or the connection failed.";
    return broken(answered ? `The stream broke after ${run.rowsOfAsked()}: ${failed}`
        : `No answer came: ${failed}`);
  }
}

function broken(sentence) {
  return {state: "broken", sentence};
}

/** The server need not remember the run: seed and row number say which tickets are missing. */
function missingRows(run) {
  const {asked, rowsReceived} = run;
  const rows = rowsReceived === 0 ? asked.rows : run.rowsAsked - rowsReceived;
  return {...asked, rows, seed: run.seed || asked.seed, from: rowsReceived || ""};
}

/** Rows that this run cannot have. The message is a sentence. */
class Refusal extends Error {
}

/** Returns the response with these rows, or throws a Refusal, also if they are of another run. */
async function ask(run, rows, signal) {
  const response = await fetch(drawingUrl(rows), {cache: "no-store", signal});
  const seed = response.headers.get("Drawing-Seed");
  if (!response.ok || seed === null) {
    throw new Refusal("The server refused: " + await readDetail(response));
  }
  if (run.seed !== "" && seed !== run.seed) {
    throw new Refusal(`This run cannot go on: the server sends seed ${seed} instead.`);
  }
  if (run.seed !== "" && response.headers.get("Drawing-Names") !== run.names) {
    throw new Refusal("This run cannot go on: the server's lists of names have changed, and so"
        + " have the rows of this seed.");
  }
  return response;
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
      run.take(makeTicket(JSON.parse(line), run.rowsReceived + 1), page.winning());
    }
    if (performance.now() - rested > WORK_MILLIS) {
      await letBrowserWork();
      rested = performance.now();
    }
  }
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
    const row = {rows: 1, seed: run.seed, rate: "", from: ticket.number - 1 || "", drop: ""};
    const response = await ask(run, row);
    Object.assign(ticket, makeTicket(await response.json(), ticket.number));
  } catch {
    ticket.buyer = "The server has not said who bought it";
  }
}

/** The address of rows. An empty part is left to the server. */
export function drawingUrl({rows, seed, rate, from = "", drop}) {
  const query = Object.entries({format: "ndjson", seed, rate, from, drop})
      .filter(([, value]) => value !== "").map(([name, value]) => name + "=" + encode(value));
  return SERVER_URL + "drawing/" + encode(rows) + "?" + query.join("&");
}

/** Encodes ! as well, which bash reads inside the quotes of a curl line. */
function encode(text) {
  return encodeURIComponent(text).replaceAll("!", "%21");
}
