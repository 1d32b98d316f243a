"""The operator's console: jobs, sessions, tokens, audit, versions, settings, health."""
