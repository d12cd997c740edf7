/** What the browser gives to the page: its elements, and extras that may be limited or missing. */

/** The element of index.html with an id. */
export const element = id => document.getElementById(id);

/**
 * Tries what the page can do without: the address, the clipboard, the focus, a media query. Returns
 * the result, or undefined if it fails.
 */
export function tryTo(extra) {
  try {
    return extra();
  } catch {
    return undefined; // the run and the draw go on
  }
}
