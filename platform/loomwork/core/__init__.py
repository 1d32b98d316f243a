"""Words everyone shares: kinds, registry, diagnostics, errors, clock, ids, i18n, settings. Imports nothing of Loomwork."""
