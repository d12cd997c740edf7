/** The element of index.html with an id. */
export const element = id => document.getElementById(id);
