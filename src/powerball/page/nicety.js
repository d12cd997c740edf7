/**
 * Tries what the page can do without, and what a browser may limit or lack: the address, the
 * clipboard, the focus, a media query. Returns its result, or undefined if it fails.
 */
export function tryTo(nicety) {
  try {
    return nicety();
  } catch {
    return undefined; // the run and the draw go on
  }
}
