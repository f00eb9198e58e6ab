// Sends the form of a page that a buyer's system opened for an answer and not to be looked at.
// One of its fields may be called "submit", so the form's own method is not used.
HTMLFormElement.prototype.submit.call(document.getElementById("hand-over"));
