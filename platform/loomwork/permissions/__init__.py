"""Who may do what, and why. The one place that decides; queries and writes ask here."""
