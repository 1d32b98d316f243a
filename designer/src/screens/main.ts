/** Entry of the generated screens' bundle. */
import "htmx.org";
import "./main.css";
