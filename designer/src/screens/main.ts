/** Entry of the generated screens' bundle. */
import htmx from "htmx.org";
import "../widgets/index.ts";
import { define } from "../widgets/widget.ts";
import "./main.css";
import "../styles/favicon.svg?url";
import { LwConvert } from "./convert.ts";
import { LwForm } from "./form.ts";
import { onKey, startKeys } from "./keys.ts";
import { LwList } from "./list.ts";
import { LwRecord } from "./record.ts";
import { LwShare } from "./share.ts";
import { createHere, startShell } from "./shell.ts";
import { showSeen } from "./trail.ts";

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;
// Copying `style` from the old element to the new one would be an inline style, which the policy forbids.
htmx.config.attributesToSettle = ["class"];

startShell();
startKeys();
void showSeen();
onKey("c", () => createHere());
define("lw-form", LwForm);
define("lw-list", LwList);
define("lw-record", LwRecord);
define("lw-share", LwShare);
define("lw-convert", LwConvert);

// The import page is rare; its script comes only there.
if (document.querySelector("lw-import")) void import("./importer.ts");
if (document.querySelector("lw-settings")) void import("./settings.ts");
if (document.querySelector("lw-units")) void import("./units.ts");
if (document.querySelector("lw-files")) void import("./attached.ts");

// Looking after people is rarer still; the script comes with the first button that opens such a drawer.
const bringAccounts = (): Promise<unknown> => import("./account.ts");
if (document.querySelector("lw-account")) void bringAccounts();
document.addEventListener(
  "click",
  (event) => {
    if ((event.target as Element).closest('a[href^="/people/"], a[href^="/company/"]')) void bringAccounts();
  },
  { capture: true },
);
