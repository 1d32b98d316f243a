"""The faults of metadata, one class each: code, words, and samples that prove it."""
