/** The commands for a terminal, each with a button that copies it. */

import {element, tryTo} from "./browser.js";
import {readControls} from "./controls.js";
import {SERVER_URL, drawingUrl} from "./stream.js";

const WRITTEN_URL = "http://127.0.0.1:8000/"; // in index.html, for a browser without scripts

export function prepareCurlLines() {
  for (const line of document.querySelectorAll(".curl")) {
    const code = line.querySelector("code");
    code.textContent = code.textContent.replace(WRITTEN_URL, SERVER_URL);
    const button = document.createElement("button");
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(code));
    line.append(button);
  }
}

/** The one that asks for what the fields say. */
export function showOwnCurlLine() {
  element("own").textContent = `curl -sN "${drawingUrl(readControls())}"`;
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    element("copied").textContent = "Copied: " + code.textContent;
  } catch { // without TLS, a page from another machine has no clipboard
    tryTo(() => getSelection().selectAllChildren(code));
    element("copied").textContent = "Selected. Copy it with Ctrl-C.";
  }
}
