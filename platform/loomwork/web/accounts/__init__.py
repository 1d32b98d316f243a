"""Looking after people's accounts: inviting, resetting, switching off with a hand-over, switching on again."""
