"""The palette of choices and colour fields: names, never hex values; themes give each a light and a dark form."""

PALETTE = ("grey", "indigo", "sky", "teal", "green", "olive", "amber", "orange", "rose", "plum")
