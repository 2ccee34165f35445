// Only what a component needs to be kinder; every page works without it.
import * as govuk from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

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
