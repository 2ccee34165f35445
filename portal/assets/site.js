// Only what a component needs to be kinder; every page works without it.
import * as govuk from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

// One sign is one character, as the server counts; by default a smiling face counts as two.
govuk.CharacterCount.prototype.count = (text) => [...text].length;

for (const name of [
  "Button",
  "CharacterCount",
  "Checkboxes",
  "ErrorSummary",
  "NotificationBanner",
  "PasswordInput",
  "Radios",
  "SkipLink",
]) {
  govuk.createAll(govuk[name]);
}
